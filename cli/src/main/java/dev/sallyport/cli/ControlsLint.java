package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Checks catalogues of one's own. */
@Command(
    description = {
      "Checks catalogues of your own, and that they say nothing anew that another catalogue says.",
      "Prints all findings, as FILE:LINE:COLUMN: rule: what was seen; what is demanded.",
      "Status 1 if there is an error. Put good ones into HOME/catalogues/: list, show, template,",
      "assess and risk lint read them there."
    },
    footer = {"", "Example: sallyport controls lint house.json"})
final class ControlsLint implements Callable<Integer> {
  private final Session session;

  @Parameters(
      paramLabel = "FILE",
      arity = "0..*",
      description = "Catalogues (default: those in HOME/catalogues alone).")
  private List<Path> files = new ArrayList<>();

  ControlsLint(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, BadInput, Failure {
    return LintRun.of(session, files);
  }
}
