package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** All users of the serving API. */
@Command(
    description = "Lists the users of the serving API.",
    footer = {"", "Example: sallyport principals list"})
final class PrincipalList implements Callable<Integer> {
  private final Session session;

  PrincipalList(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput {
    Json.Obj all = session.control().ask("principals.list");
    List<String> lines = new ArrayList<>();
    for (Json.Obj p : all.objects("principals")) {
      lines.add(
          Text.column(p.string("name"), 20)
              + Text.column(p.string("tier"), 16)
              + p.string("vetting"));
    }
    session.print(all, lines.isEmpty() ? List.of("nobody has a key") : lines);
    return Exit.OK.status();
  }
}
