package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Signed;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.risk.Approval;
import dev.sallyport.risk.ReleaseRequest;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Shows the request as its requester signed it and signs an approval. What is shown is read from
 * the signed bytes, verified here: a server that lies cannot have something else approved.
 */
@Command(
    description = "Approves a release, after showing exactly what is approved.",
    footer = {"", "Example: sallyport release approve sha256:… --as sec1"})
final class ReleaseApprove implements Callable<Integer> {
  private final Session session;
  @Mixin private final SignAs signAs = new SignAs();

  @Parameters(paramLabel = "RELEASE", description = "The id of the request.")
  private String release = "";

  @Option(
      names = "--days",
      paramLabel = "N",
      description = "How long (default: as long as allowed).")
  private int days = Integer.MAX_VALUE;

  @Option(names = "--yes", description = "Sign without asking.")
  private boolean yes;

  ReleaseApprove(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException {
    Control server = session.control();
    Digest id = Ids.parse(release);
    Json.Obj shown = server.ask("release.show", Json.obj().put("release", id));
    Signed request = verified(id, shown);
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    Instant expires = expires(request, now, shown.integer("approvalDays"));
    describe(request, id).forEach(session::say);
    session.say("approval    until " + expires);
    if (!yes) {
      session.confirm("Approve this release?");
    }
    String approver = signAs.name(session.home());
    Envelope envelope = signAs.sign(session.home(), Approval.statement(id, approver, now, expires));
    Json.Obj accepted = server.submit(envelope);
    Json.Obj result =
        Json.obj()
            .put("approval", envelope.id())
            .put("release", id)
            .put("state", accepted.string("state"))
            .put("expires", expires)
            .build();
    session.print(
        result, List.of("approved    " + envelope.id(), "state       " + accepted.string("state")));
    return Exit.OK.status();
  }

  private Signed verified(Digest id, Json.Obj shown) throws Failure, BadInput {
    Envelope envelope = Envelope.parse(shown.object("request"));
    if (!envelope.id().equals(id)) {
      throw new Failure(Exit.DATA, "the server showed release " + envelope.id() + ", not " + id);
    }
    Signed signed = session.home().readTrustRoot().verify(envelope);
    TrustRoot.requireType(signed.statement(), ReleaseRequest.PREDICATE_TYPE);
    return signed;
  }

  private Instant expires(Signed request, Instant now, long approvalDays) throws BadInput {
    Instant longest = now.plus(Duration.ofDays(Math.min(days, approvalDays)));
    Instant end = request.statement().predicate().instant("expires");
    return end.isBefore(longest) ? end : longest;
  }

  private static List<String> describe(Signed request, Digest id) throws BadInput {
    Json.Builder all = Json.obj().put("release", id);
    all.put("model", request.statement().subject().name());
    all.put("manifest", request.statement().subject().digest());
    request.statement().predicate().members().forEach(all::put);
    return ReleaseLines.full(all.build());
  }
}
