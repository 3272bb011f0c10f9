package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Statement;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.Waiver;
import dev.sallyport.risk.Zone;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Signs a waiver, after showing what it lets through (spec/evidence.md §13). */
@Command(
    description = {
      "Lets one model be released without one control, for a time; never in zone RED.",
      "Two security administrators and an audit administrator sign; who wants it does not."
    },
    footer = {
      "",
      "Example:",
      "  sallyport waiver grant --model tiny --control isolation-drill --zone GREEN \\",
      "      --audience TRUSTED_PARTNER --days 14 --requested-by sys1 \\",
      "      --reason 'drill is booked for the 20th' --as sec1 --as sec2 --as audit1"
    })
final class WaiverGrant implements Callable<Integer> {
  private final Session session;
  @Mixin private final SignAll signers = new SignAll();

  @Option(names = "--model", required = true, paramLabel = "NAME", description = "Which model.")
  private String model = "";

  @Option(names = "--control", required = true, paramLabel = "ID", description = "Which control.")
  private String control = "";

  @Option(
      names = "--zone",
      paramLabel = "ZONE",
      description = "The worst zone it covers (default: ${DEFAULT-VALUE}).")
  private String zone = "GREEN";

  @Option(
      names = "--audience",
      paramLabel = "AUDIENCE",
      description = "The widest audience it covers (default: ${DEFAULT-VALUE}).")
  private String audience = "INTERNAL";

  @Option(
      names = "--days",
      paramLabel = "N",
      description = "How long it holds (default: ${DEFAULT-VALUE}).")
  private int days = 14;

  @Option(
      names = "--requested-by",
      required = true,
      paramLabel = "NAME",
      description = "Who wants it, and so cannot grant it.")
  private String requestedBy = "";

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Goes into the log and before everybody who approves.")
  private String reason = "";

  @Option(names = "--yes", description = "Sign without asking.")
  private boolean yes;

  WaiverGrant(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException {
    signers.require();
    if (days < 1) {
      throw new Failure(Exit.USAGE, "--days " + days + ": at least 1");
    }
    Demands.inForce(session).requireKnown(session, control);
    Subject subject = Subject.of(session, model);
    Instant from = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    Instant expires = from.plus(Duration.ofDays(days));
    Statement statement =
        Waiver.statement(
            subject.name(),
            subject.digest(),
            control,
            Zone.parse(zone),
            Audience.parse(audience),
            requestedBy,
            reason,
            from,
            expires);
    session.say("model       " + subject.name() + " " + subject.digest());
    session.say("without     control " + control);
    session.say("up to       zone " + zone + ", audience " + audience + ", until " + expires);
    session.say("because     " + requestedBy + ": " + reason);
    if (!yes) {
      session.confirm("Grant this waiver?");
    }
    Envelope envelope = signers.sign(session.home(), statement);
    session.control().submit(envelope);
    session.print(
        Json.obj().put("waiver", envelope.id()).put("expires", expires).build(),
        List.of("waiver      " + envelope.id()));
    return Exit.OK.status();
  }
}
