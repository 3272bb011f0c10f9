package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Takes up where a release was suspended or stopped; a full quorum decides (DESIGN §9). */
@Command(
    description = "Requests that a release which was suspended or stopped is taken up again.",
    footer = {
      "",
      "The new request has the same model and audience, the evidence, policy and thresholds of now,",
      "and takes a quorum of its own. No dwell time begins anew; what watches the model must have",
      "been seen effective since the stop.",
      "",
      "Example: sallyport release resume sha256:… --as sysadmin"
    })
final class ReleaseResume implements Callable<Integer> {
  private final Session session;
  @Mixin private final Requesting requesting = new Requesting();

  @Parameters(paramLabel = "RELEASE", description = "The id of what was suspended or stopped.")
  private String release = "";

  ReleaseResume(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException {
    return requesting.submit(session, Json.obj().put("resumes", Ids.parse(release)));
  }
}
