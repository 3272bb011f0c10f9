package dev.sallyport.cli;

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

/** Takes evidence back; releases that rest on it end. */
@Command(
    description = "Withdraws evidence: releases that rest on it end.",
    footer = {
      "",
      "Example: sallyport evidence withdraw sha256:… --as assessor1 --reason 'wrong run'"
    })
final class EvidenceWithdraw implements Callable<Integer> {
  private final Session session;
  @Mixin private final SignAs signAs = new SignAs();

  @Parameters(paramLabel = "ID", description = "The id of the evidence.")
  private String id = "";

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Goes into the log.")
  private String reason = "";

  EvidenceWithdraw(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure {
    Envelope withdrawal =
        signAs.sign(
            session.home(),
            Withdrawal.statement(
                Withdrawal.Kind.EVIDENCE,
                Ids.parse(id),
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                reason));
    Json.Obj accepted = session.control().submit(withdrawal);
    session.print(accepted, List.of("withdrawn   " + id));
    return Exit.OK.status();
  }
}
