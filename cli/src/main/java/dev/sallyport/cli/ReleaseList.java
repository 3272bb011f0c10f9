package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** All releases, one line each. */
@Command(
    description = "Lists all releases.",
    footer = {"", "Example: sallyport release list"})
final class ReleaseList implements Callable<Integer> {
  private final Session session;

  ReleaseList(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput {
    Json.Obj all = session.control().ask("releases");
    List<String> lines = new ArrayList<>();
    for (Json.Obj release : all.objects("releases")) {
      lines.add(ReleaseLines.brief(release));
    }
    session.print(all, lines.isEmpty() ? List.of("no releases") : lines);
    return Exit.OK.status();
  }
}
