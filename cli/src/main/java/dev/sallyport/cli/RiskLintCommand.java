package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Checks the documents that a safety team edits, before anyone signs them. */
@Command(
    description = {
      "Checks policy, thresholds, register of risks and catalogues of controls, and what they say",
      "of one another, of the shipped catalogues and of those in HOME/catalogues.",
      "Prints all findings, as FILE:LINE:COLUMN: rule: what was seen; what is demanded.",
      "Status 1 if there is an error; warnings alone are status 0."
    },
    footer = {
      "",
      "Examples:",
      "  sallyport risk lint thresholds.json",
      "  sallyport risk lint policy.json thresholds.json risk-register.json"
    })
final class RiskLintCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description = "A document; which of them it is is told from the content.")
  private List<Path> files = new ArrayList<>();

  RiskLintCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, BadInput, Failure {
    return LintRun.of(session, files);
  }
}
