package dev.sallyport.cli;

import dev.sallyport.core.Json;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Ends a user's key. */
@Command(
    description = "Removes a user: the key stops at once.",
    footer = {"", "Example: sallyport principals remove alice --as sysadmin"})
final class PrincipalRemove implements Callable<Integer> {
  private final Session session;
  @Mixin private final SignAs signAs = new SignAs();

  @Parameters(paramLabel = "NAME", description = "Of the user.")
  private String name = "";

  PrincipalRemove(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure {
    Json.Obj arguments = Json.obj().put("name", name).build();
    Json.Obj removed =
        session.control().submit(signAs.command(session.home(), "principal.remove", arguments));
    session.print(removed, List.of("removed     " + name));
    return Exit.OK.status();
  }
}
