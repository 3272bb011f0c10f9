package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.risk.Withdrawal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes an order back before it is used, through the server and directly at keyd. */
@Command(
    description = "Withdraws an order for a plaintext copy that was not used yet; final.",
    footer = {"", "Example: sallyport unseal withdraw order.json --as sec2 --reason 'not needed'"})
final class UnsealWithdraw implements Callable<Integer> {
  private final Session session;
  @Mixin private final SignAs signAs = new SignAs();

  @Parameters(paramLabel = "FILE", description = "The order.")
  private Path file = Path.of("");

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Goes into the log.")
  private String reason = "";

  UnsealWithdraw(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException {
    Home home = session.home().existing();
    Digest order = OrderFile.read(file, home.readTrustRoot()).envelope().id();
    Envelope withdrawal =
        signAs.sign(
            home,
            Withdrawal.statement(
                Withdrawal.Kind.UNSEAL,
                order,
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                reason));
    Revoke.Told told = Revoke.everywhere(home, withdrawal);
    session.print(
        told.with(Json.obj().put("order", order).put("withdrawal", withdrawal.id())), told.lines());
    return Exit.OK.status();
  }
}
