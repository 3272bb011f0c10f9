package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import dev.sallyport.keys.VerifyingKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The ceremonies of keyd and keeper. They run as processes of their own: this program never links
 * the code that opens, and never sees a key that does.
 */
final class OpeningWing {
  private static final int MAX_ANSWER = 1 << 16;

  private final Dist dist;

  OpeningWing(Dist dist) {
    this.dist = dist;
  }

  /**
   * The public keys of a keyd.
   *
   * @param recipient X-Wing, hex
   */
  record KeydKeys(VerifyingKey witness, VerifyingKey lease, String recipient) {}

  /** Has keyd make its keys. */
  KeydKeys keyd(Path home, @Nullable Path passphrase, RootKeyPlace place)
      throws Failure, IOException, BadInput, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("--home", home.toString()));
    if (passphrase != null) {
      arguments.addAll(List.of("--passphrase-file", passphrase.toAbsolutePath().toString()));
    }
    arguments.addAll(place.ceremony());
    Json.Obj made = run(Program.KEYD, arguments, place.environment());
    return new KeydKeys(
        VerifyingKey.fromSpki(made.base64("witness")),
        VerifyingKey.fromSpki(made.base64("keyd")),
        made.string("recipient"));
  }

  /** Has the keeper make its key. */
  VerifyingKey keeper(Path home) throws Failure, IOException, BadInput, InterruptedException {
    Json.Obj made = run(Program.KEEPER, List.of("--home", home.toString()), Map.of());
    return VerifyingKey.fromSpki(made.base64("keeper"));
  }

  /** Has keyd pin the trust root that now lies in its home. */
  void pin(Path home) throws Failure, IOException, BadInput, InterruptedException {
    run(Program.KEYD, List.of("--home", home.toString(), "--pin"), Map.of());
  }

  private Json.Obj run(Program program, List<String> arguments, Map<String, String> variables)
      throws Failure, IOException, BadInput, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(dist.command(program, "Ceremony", arguments));
    builder.environment().putAll(variables);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process process = builder.start();
    process.getOutputStream().close();
    byte[] answer = Bounded.read(process.getInputStream(), MAX_ANSWER, program.label());
    int status = process.waitFor();
    if (status != 0) {
      throw new Failure(
          Exit.UNAVAILABLE, "the ceremony of " + program.label() + " ended with status " + status);
    }
    String text = new String(answer, StandardCharsets.UTF_8).strip();
    return Json.parse(text).asObject("answer of the ceremony of " + program.label());
  }
}
