package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Nonce;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.keys.UnsealOrder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes an order for a plaintext copy, signed by the system administrator who will hold it. */
@Command(
    description = {
      "Asks for a plaintext copy of a model: writes an order and signs it.",
      "Two security administrators approve it, then you run it, once, within its time."
    },
    footer = {
      "",
      "Example: sallyport unseal request llama --reason 'copy for the regulator' \\",
      "             --for 2h --as sysadmin --out order.json"
    })
final class UnsealRequestCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private final SignAs signAs = new SignAs();

  @Parameters(paramLabel = "MODEL", description = "The name of a sealed model.")
  private String model = "";

  @Option(names = "--version", paramLabel = "N", description = "Default: the last one.")
  private @Nullable Long version;

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "What the copy is for; everyone who signs sees it, and so does the log.")
  private String reason = "";

  @Option(
      names = "--for",
      paramLabel = "TIME",
      description = "How long it is good, at most 24h (default: ${DEFAULT-VALUE}).")
  private String span = "1h";

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "A new file.")
  private Path out = Path.of("");

  UnsealRequestCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException {
    if (Files.exists(out)) {
      throw new Failure(Exit.EXISTS, "exists already: " + out);
    }
    TrustRoot root = session.home().readTrustRoot();
    SigningKey key = signAs.key(session.home());
    requireHolder(root, key);
    UnsealOrder order = order(root, key);
    OrderFile.create(out, Envelope.sign(order.statement(), key));
    OrderFile written = OrderFile.read(out, root);
    List<String> lines = new ArrayList<>(written.lines());
    lines.add("next        two security administrators: sallyport unseal approve " + out);
    session.print(written.toJson(), lines);
    return Exit.OK.status();
  }

  private static void requireHolder(TrustRoot root, SigningKey key) throws Failure {
    boolean may =
        root.personOf(key.verifyingKey().id()).map(Person::role).stream()
            .anyMatch(role -> role == Role.SYSTEM_ADMIN);
    if (!may) {
      throw new Failure(Exit.REFUSED, "only a system-admin of the trust root can hold a copy");
    }
  }

  private UnsealOrder order(TrustRoot root, SigningKey key) throws Failure, BadInput {
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    Instant end = now.plus(Span.parse("--for", span));
    Json.Builder asked = Json.obj().put("model", model);
    if (version != null) {
      asked.put("version", version.longValue());
    }
    Json.Obj sealed = session.control().ask("model", asked);
    UnsealOrder order =
        new UnsealOrder(
            model,
            sealed.digest("manifest"),
            sealed.integer("version"),
            root.id(),
            key.verifyingKey().id(),
            reason,
            now,
            end,
            Nonce.fresh());
    try {
      return UnsealOrder.parse(order.statement());
    } catch (BadInput e) {
      throw new Failure(Exit.USAGE, String.valueOf(e.getMessage()), e);
    }
  }
}
