package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** One release in full. */
@Command(
    description = "Shows a release: what it states, who approved, what is missing.",
    footer = {"", "Example: sallyport release show sha256:…"})
final class ReleaseShow implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "RELEASE", description = "The id of the request.")
  private String release = "";

  ReleaseShow(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput {
    Json.Obj shown =
        session.control().ask("release.show", Json.obj().put("release", Ids.parse(release)));
    List<String> lines = new ArrayList<>(ReleaseLines.full(shown));
    Json.Builder all = Json.obj();
    shown.members().forEach(all::put);
    Optional<Json.Obj> running = running(shown.string("release"));
    if (running.isPresent()) {
      all.put("attestation", running.get().need("attestation"));
      lines.add("running     yes" + Status.attestation(running.get()));
    }
    session.print(all.build(), lines);
    return Exit.OK.status();
  }

  /** The model that runs for this release, if one does. */
  private Optional<Json.Obj> running(String id) throws Failure, BadInput {
    for (Json.Obj model : session.control().ask("status").objects("models")) {
      if (model.findString("release").filter(id::equals).isPresent()) {
        return Optional.of(model);
      }
    }
    return Optional.empty();
  }
}
