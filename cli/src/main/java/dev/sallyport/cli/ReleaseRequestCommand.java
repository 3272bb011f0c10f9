package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Statement;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.ReleaseRequest;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Asks the server what a release would state, and signs exactly that. */
@Command(
    description = "Requests the release of a model to an audience.",
    footer = {
      "",
      "Example: sallyport release request tiny --audience limited --days 30 --as sysadmin"
    })
final class ReleaseRequestCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private final SignAs signAs = new SignAs();

  @Parameters(paramLabel = "MODEL", description = "The sealed model's name.")
  private String model = "";

  @Option(
      names = "--audience",
      required = true,
      paramLabel = "AUDIENCE",
      description = "One of ${COMPLETION-CANDIDATES}; case does not matter.")
  private Audience audience = Audience.INTERNAL;

  @Option(names = "--days", paramLabel = "N", description = "How long (default: ${DEFAULT-VALUE}).")
  private int days = 30;

  @Option(names = "--ask", description = "Show what would be signed and ask before signing.")
  private boolean ask;

  ReleaseRequestCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException {
    Control server = session.control();
    Json.Obj proposal =
        server.ask(
            "propose",
            Json.obj().put("model", model).put("audience", audience.name()).put("days", days));
    Json.Obj predicate = proposal.object("predicate");
    Json.Obj shown = flat(proposal, predicate);
    ReleaseLines.full(shown).forEach(session::say);
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
    Json.Obj accepted = server.submit(envelope);
    Json.Obj result =
        Json.obj()
            .put("release", envelope.id())
            .put("model", model)
            .put("audience", audience.name())
            .put("zone", predicate.string("zone"))
            .put("state", accepted.string("state"))
            .build();
    session.print(
        result,
        List.of(
            "requested   " + envelope.id(),
            "state       " + accepted.string("state"),
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
