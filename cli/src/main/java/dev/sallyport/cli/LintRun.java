package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import dev.sallyport.release.Finding;
import dev.sallyport.release.RiskLint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** One check of documents, together with the installation's own catalogues. */
final class LintRun {
  private static final int MAX_DOCUMENT = 1 << 20;

  private LintRun() {}

  /** Prints all findings; the status says whether there is an error among them. */
  static int of(Session session, List<Path> files) throws IOException, BadInput, Failure {
    RiskLint lint = new RiskLint(LocalDate.now(ZoneOffset.UTC));
    OwnCatalogues.addTo(lint, session.home(), files);
    for (Path file : files) {
      lint.add(file.toString(), Bounded.read(file, MAX_DOCUMENT));
    }
    List<Finding> findings = lint.findings();
    long errors = errors(findings);
    List<String> lines = new ArrayList<>(findings.stream().map(Finding::text).toList());
    lines.add(errors + " errors, " + (findings.size() - errors) + " warnings");
    session.print(toJson(findings), lines);
    return (errors == 0 ? Exit.OK : Exit.REFUSED).status();
  }

  static Json.Obj toJson(List<Finding> findings) {
    return Json.obj()
        .put("good", errors(findings) == 0)
        .put("findings", Json.arr(findings.stream().map(Finding::toJson).toList()))
        .build();
  }

  private static long errors(List<Finding> findings) {
    return findings.stream().filter(f -> f.weight() == Finding.Weight.ERROR).count();
  }
}
