package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Statement;
import dev.sallyport.risk.ReleaseRequest;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Has the server draft a request for a release, shows it, and signs exactly that. */
final class Requesting {
  @Mixin private final SignAs signAs = new SignAs();

  @Option(names = "--days", paramLabel = "N", description = "How long (default: ${DEFAULT-VALUE}).")
  private int days = 30;

  @Option(names = "--ask", description = "Show what would be signed and ask before signing.")
  private boolean ask;

  /**
   * Submits the request that the server proposes.
   *
   * @param what is asked of it, but how long
   */
  int submit(Session session, Json.Builder what) throws Failure, BadInput, IOException {
    Control server = session.control();
    Json.Obj proposal = server.ask("propose", what.put("days", days));
    Json.Obj predicate = proposal.object("predicate");
    ReleaseLines.full(flat(proposal, predicate)).forEach(session::say);
    if (ask) {
      session.confirm("Sign this request?");
    }
    Envelope envelope =
        signAs.sign(
            session.home(),
            Statement.about(
                proposal.string("model"),
                proposal.digest("manifest"),
                ReleaseRequest.PREDICATE_TYPE,
                predicate));
    String state = server.submit(envelope).string("state");
    Json.Obj result =
        Json.obj()
            .put("release", envelope.id())
            .put("model", proposal.string("model"))
            .put("audience", predicate.string("audience"))
            .put("zone", predicate.string("zone"))
            .put("state", state)
            .build();
    session.print(
        result,
        List.of(
            "requested   " + envelope.id(),
            "state       " + state,
            "next        sallyport release approve " + envelope.id() + " --as NAME"));
    return Exit.OK.status();
  }

  private static Json.Obj flat(Json.Obj proposal, Json.Obj predicate) throws BadInput {
    Json.Builder all = Json.obj();
    all.put("model", proposal.string("model")).put("manifest", proposal.string("manifest"));
    predicate.members().forEach(all::put);
    return all.build();
  }
}
