package dev.sallyport.sealer;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.ModelScan;
import dev.sallyport.scan.Finding;
import dev.sallyport.scan.Rule;
import dev.sallyport.scan.ScanReport;
import dev.sallyport.scan.Severity;
import dev.sallyport.vault.Source;
import java.util.List;
import java.util.Set;

/**
 * Scans what is about to be sealed (spec/sealed-weights.md §12). INVARIANT: an error stops the
 * sealing before a byte is encrypted, unless somebody allowed its very rule, and that is recorded.
 */
final class SourceScan {
  private static final int SHOWN = 20;

  private SourceScan() {}

  /** What the log will say of the scan. */
  static ModelScan of(Source source, Set<Rule> allowed, Report report) throws BadInput {
    ScanReport scan =
        ScanReport.of(
            source.files().stream().map(f -> new ScanReport.Source(f.name(), f.path())).toList());
    scan.findings().stream().limit(SHOWN).map(Finding::text).forEach(report::note);
    List<Finding> refusing = scan.refusing(allowed);
    if (!refusing.isEmpty()) {
      throw new BadInput(
          "scan: "
              + refusing.getFirst().text()
              + "; "
              + refusing.size()
              + " such findings; sallyport scan lists them, --allow-finding RULE lets one pass");
    }
    return new ModelScan(
        Rule.set(),
        scan.count(Severity.ERROR),
        scan.count(Severity.WARNING),
        allowed.stream().map(Rule::id).sorted().toList());
  }
}
