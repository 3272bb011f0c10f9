package dev.sallyport.cli;

import dev.sallyport.core.Json;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Stops a model; its release stays as it is. */
@Command(
    description = "Stops a model; its release stays as it is.",
    footer = {"", "Example: sallyport stop tiny --as sysadmin"})
final class Stop implements Callable<Integer> {
  private final Session session;
  @Mixin private final SignAs signAs = new SignAs();

  @Parameters(paramLabel = "MODEL", description = "The model's name.")
  private String model = "";

  Stop(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure {
    Json.Obj arguments = Json.obj().put("model", model).build();
    Json.Obj stopped =
        session.control().submit(signAs.command(session.home(), "model.stop", arguments));
    session.print(stopped, List.of("stopped     " + model));
    return Exit.OK.status();
  }
}
