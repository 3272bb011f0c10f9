package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
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
    session.print(shown, ReleaseLines.full(shown));
    return Exit.OK.status();
  }
}
