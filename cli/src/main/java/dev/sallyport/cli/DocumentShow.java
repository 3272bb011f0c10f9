package dev.sallyport.cli;

import dev.sallyport.core.Json;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Prints the document in force, ready to be changed and set again. */
@Command(
    description = "Prints the version in force, as JSON.",
    footer = {
      "",
      "Examples:",
      "  sallyport policy show",
      "  sallyport thresholds show > lines.json"
    })
final class DocumentShow implements Callable<Integer> {
  private final Session session;
  private final GoverningDocument document;

  DocumentShow(Session session, GoverningDocument document) {
    this.session = session;
    this.document = document;
  }

  @Override
  public Integer call() throws Failure {
    Json.Obj inForce = document.inForce(session);
    session.print(inForce, List.of(Json.toString(inForce)));
    return Exit.OK.status();
  }
}
