package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.risk.Audience;
import java.io.IOException;
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
  @Mixin private final Requesting requesting = new Requesting();

  @Parameters(paramLabel = "MODEL", description = "The sealed model's name.")
  private String model = "";

  @Option(
      names = "--audience",
      required = true,
      paramLabel = "AUDIENCE",
      description = "One of ${COMPLETION-CANDIDATES}; case does not matter.")
  private Audience audience = Audience.INTERNAL;

  ReleaseRequestCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException {
    return requesting.submit(
        session, Json.obj().put("model", model).put("audience", audience.name()));
  }
}
