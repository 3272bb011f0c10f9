package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.SigningKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Adds a security administrator's signature to an order. Needs no running process. */
@Command(
    description = "Approves an order for a plaintext copy, after showing exactly what is signed.",
    footer = {"", "Example: sallyport unseal approve order.json --as sec1"})
final class UnsealApprove implements Callable<Integer> {
  private final Session session;
  @Mixin private final SignAs signAs = new SignAs();

  @Parameters(paramLabel = "FILE", description = "The order; the signature is added to it.")
  private Path file = Path.of("");

  @Option(names = "--yes", description = "Sign without asking.")
  private boolean yes;

  UnsealApprove(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException {
    OrderFile order = OrderFile.read(file, session.home().readTrustRoot());
    SigningKey key = signAs.key(session.home());
    String name = order.approver(key).name();
    requireCurrent(order);
    order.lines().forEach(session::say);
    if (!yes) {
      session.confirm("Approve this plaintext copy as " + name + "?");
    }
    OrderFile approved = order.signedBy(key);
    session.print(
        approved.toJson(),
        List.of(
            "approved    by " + name,
            approved
                .missing()
                .map(text -> "missing     " + text)
                .orElse("complete    its holder may run it: sallyport unseal run " + file)));
    return Exit.OK.status();
  }

  static void requireCurrent(OrderFile order) throws Failure {
    try {
      order.order().requireCurrent(Instant.now(), Duration.ZERO);
    } catch (BadInput e) {
      throw new Failure(Exit.REFUSED, String.valueOf(e.getMessage()), e);
    }
  }
}
