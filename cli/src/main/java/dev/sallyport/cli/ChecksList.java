package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** All own checks, one line each. */
@Command(
    description = {
      "Lists the installation's own checks: what the log says of each, and when it ran last.",
      "A check that fails suspends releases that require its control; one that passes widens",
      "nothing."
    },
    footer = {"", "Example: sallyport checks list"})
final class ChecksList implements Callable<Integer> {
  private final Session session;

  ChecksList(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput {
    Json.Obj all = session.control().ask("checks");
    session.print(all, lines(all));
    return Exit.OK.status();
  }

  static List<String> lines(Json.Obj all) throws BadInput {
    List<String> lines = new ArrayList<>();
    for (Json.Obj check : all.objects("checks")) {
      String reason = check.findString("reason").filter(r -> !r.equals("passed")).orElse("");
      lines.add(
          Text.column(check.string("check"), 20)
              + Text.column(check.string("state"), 9)
              + Text.column(check.string("control"), 20)
              + check.findString("lastRun").map(t -> "ran at " + t).orElse("not run yet")
              + (reason.isEmpty() ? "" : ": " + reason)
              + (check.bool("required") || reason.isEmpty() ? "" : " (not required)"));
    }
    return lines;
  }

  /**
   * Whether none has failed of those that count.
   *
   * @param asked the one that somebody asked for; without it, those whose control the policy
   *     requires
   */
  static boolean allPassed(Json.Obj all, Optional<String> asked) throws BadInput {
    for (Json.Obj check : all.objects("checks")) {
      boolean counts =
          asked.isPresent() ? check.string("check").equals(asked.get()) : check.bool("required");
      if (counts && check.string("state").equals("FAILED")) {
        return false;
      }
    }
    return true;
  }
}
