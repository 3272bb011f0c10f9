package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.risk.Withdrawal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes back one's own approval of a release. */
@Command(
    description = "Withdraws your approval of a release.",
    footer = {"", "Example: sallyport release withdraw sha256:… --as sec2 --reason 'new findings'"})
final class ReleaseWithdraw implements Callable<Integer> {
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

  ReleaseWithdraw(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput {
    Control server = session.control();
    Json.Obj shown = server.ask("release.show", Json.obj().put("release", Ids.parse(release)));
    SigningKey key = signAs.key(session.home());
    Digest approval = own(shown, key);
    Envelope withdrawal =
        Envelope.sign(
            Withdrawal.statement(
                Withdrawal.Kind.APPROVAL,
                approval,
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                reason),
            key);
    Json.Obj accepted = server.submit(withdrawal);
    session.print(accepted, List.of("withdrawn   approval " + approval));
    return Exit.OK.status();
  }

  private Digest own(Json.Obj shown, SigningKey key) throws Failure, BadInput {
    String name =
        session
            .home()
            .readTrustRoot()
            .personOf(key.verifyingKey().id())
            .map(Person::name)
            .orElseThrow(() -> new Failure(Exit.REFUSED, "this key is nobody's in the trust root"));
    for (Json.Obj approval : shown.objects("approvals")) {
      if (approval.string("by").equals(name)) {
        return approval.digest("id");
      }
    }
    throw new Failure(Exit.REFUSED, name + " has no approval of this release in force");
  }
}
