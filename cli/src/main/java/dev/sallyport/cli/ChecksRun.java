package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Runs own checks now. */
@Command(
    description = "Runs one check, or all, now; fails if it, or a required one, has failed.",
    footer = {"", "Example: sallyport checks run log-verified"})
final class ChecksRun implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "CHECK", arity = "0..1", description = "Which (default: all).")
  private @Nullable String check;

  ChecksRun(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput {
    Json.Builder request = Json.obj();
    if (check != null) {
      request.put("check", check);
    }
    Json.Obj all = session.control().ask("checks.run", request);
    session.print(all, ChecksList.lines(all));
    return ChecksList.allPassed(all, Optional.ofNullable(check))
        ? Exit.OK.status()
        : Exit.REFUSED.status();
  }
}
