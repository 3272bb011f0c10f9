package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.risk.Withdrawal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Ends a release for good; one authorised person is enough (DESIGN §9, emergency stop). */
@Command(
    description = "Stops a release for good: its runtime dies, its key is wiped.",
    footer = {
      "",
      "Example: sallyport release stop sha256:… --as audit1 --reason 'jailbreak found'"
    })
final class ReleaseStop implements Callable<Integer> {
  private final Session session;
  @Mixin private final SignAs signAs = new SignAs();

  @Parameters(paramLabel = "RELEASE", description = "The id of the request.")
  private String release = "";

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Goes into the log.")
  private String reason = "";

  ReleaseStop(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput {
    Envelope withdrawal =
        signAs.sign(
            session.home(),
            Withdrawal.statement(
                Withdrawal.Kind.RELEASE,
                Ids.parse(release),
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                reason));
    Json.Obj accepted = session.control().submit(withdrawal);
    session.print(accepted, List.of("stopped     " + release));
    return Exit.OK.status();
  }
}
