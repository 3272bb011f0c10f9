package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.scan.Finding;
import dev.sallyport.scan.ScanReport;
import dev.sallyport.scan.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Looks at the files of a model, as sealing does. It runs nothing that a file holds. */
@Command(
    description = {
      "Looks for what does not belong into a model: pickles that import more than",
      "tensors need, headers that lie, templates and archives that reach out,",
      "programs, code. Needs no home.",
      "Status 0: nothing found; 1: errors, which sealing refuses; 2: warnings alone,",
      "such as a format that nothing here can check."
    },
    footer = {
      "",
      "Prints each finding as FILE:OFFSET: SEVERITY rule: what was seen; the rule.",
      "Example: sallyport scan ./llama-7b"
    })
final class Scan implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "PATH", description = "A model file or a directory of one.")
  private Path path = Path.of("");

  Scan(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException {
    if (!Files.exists(path)) {
      throw new Failure(Exit.MISSING, "no such file or directory: " + path);
    }
    ScanReport report = ScanReport.of(path.toRealPath());
    long errors = report.count(Severity.ERROR);
    long warnings = report.count(Severity.WARNING);
    List<String> lines = new ArrayList<>(report.findings().stream().map(Finding::text).toList());
    lines.add(report.files() + " files, " + errors + " errors, " + warnings + " warnings");
    session.print(report.toJson(), lines);
    if (errors > 0) {
      return Exit.REFUSED.status();
    }
    return (warnings > 0 ? Exit.FINDINGS : Exit.OK).status();
  }
}
