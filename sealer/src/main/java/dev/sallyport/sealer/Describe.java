package dev.sallyport.sealer;

import dev.sallyport.core.Arguments;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import dev.sallyport.custody.Hardening;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.vault.ModelName;
import dev.sallyport.vault.SealedModel;
import dev.sallyport.vault.Vault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Says what a sealed model consists of: {@code --home DIR --model NAME [--version N]} prints the
 * manifest as it was signed, after verifying it as a reader would. Needs no key and no plaintext.
 */
public final class Describe {
  private static final int MAX_TRUST_ROOT = 1 << 20;

  private Describe() {}

  /** Entry point. */
  public static void main(String[] args) {
    Hardening.forbidDumps();
    try {
      Arguments given = Arguments.parse(args, List.of("--home", "--model", "--version"), List.of());
      System.out.println(Json.toString(described(given)));
    } catch (IOException e) {
      System.err.println(Wording.of("cannot read the vault", e));
      System.exit(Failure.BAD_INPUT);
    } catch (BadInput e) {
      System.err.println(e.getMessage());
      System.exit(Failure.BAD_INPUT);
    }
  }

  private static Json.Obj described(Arguments given) throws IOException, BadInput {
    Path home = Path.of(given.need("--home"));
    TrustRoot root =
        TrustRoot.parse(
            Envelope.parse(Bounded.read(home.resolve("trust-root.json"), MAX_TRUST_ROOT)));
    Vault vault = new Vault(home.resolve("vault"));
    ModelName name = ModelName.parse(given.need("--model"));
    SealedModel model = vault.open(name, version(given.find("--version"), vault, name), root);
    return Json.obj()
        .put("model", name.value())
        .put("version", model.version())
        .put("manifest", model.manifest())
        .put("payload", model.payload())
        .build();
  }

  private static long version(Optional<String> wanted, Vault vault, ModelName name)
      throws IOException, BadInput {
    if (wanted.isPresent()) {
      if (!wanted.get().matches("[1-9][0-9]{0,14}")) {
        throw new BadInput("version \"" + Json.clip(wanted.get()) + "\" is no positive integer");
      }
      return Long.parseLong(wanted.get());
    }
    List<Long> versions = vault.versions(name);
    if (versions.isEmpty()) {
      throw new BadInput("there is no sealed model " + name);
    }
    return versions.getLast();
  }
}
