package dev.sallyport.scan;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * What was found in the files of a model.
 *
 * @param files that were looked at
 */
public record ScanReport(long files, List<Finding> findings) {
  private static final int MAX_FILES = 10_000;
  private static final int MAX_DEPTH = 32;

  /** All findings of a model; of more, the rest is named by one. */
  private static final int MAX_FINDINGS = 10_000;

  /** A file to be scanned, and how findings shall name it. */
  public record Source(String name, Path path) {}

  public ScanReport {
    findings = List.copyOf(findings);
  }

  /** Scans these files, in order. */
  public static ScanReport of(List<Source> sources) {
    List<Finding> findings = new ArrayList<>();
    for (Source source : sources) {
      if (findings.size() > MAX_FINDINGS) {
        findings.add(
            new Finding(source.name(), 0, Rule.TOO_MANY_FINDINGS, "this file was not scanned"));
        break;
      }
      findings.addAll(Scanner.scan(source.name(), source.path()));
    }
    return new ScanReport(sources.size(), findings);
  }

  /** Scans a file, or a directory with all below it. */
  public static ScanReport of(Path root) throws IOException, BadInput {
    List<Source> sources = new ArrayList<>();
    List<Finding> odd = new ArrayList<>();
    collect(root, String.valueOf(root.toAbsolutePath().normalize().getFileName()), sources, odd, 0);
    sources.sort(Comparator.comparing(Source::name));
    List<Finding> findings = new ArrayList<>(odd);
    ScanReport plain = of(sources);
    findings.addAll(plain.findings);
    return new ScanReport(plain.files, findings);
  }

  private static void collect(
      Path path, String name, List<Source> sources, List<Finding> odd, int depth)
      throws IOException, BadInput {
    if (sources.size() >= MAX_FILES || depth > MAX_DEPTH) {
      throw new BadInput("more than " + MAX_FILES + " files, or deeper than " + MAX_DEPTH);
    }
    BasicFileAttributes kind =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (kind.isRegularFile()) {
      sources.add(new Source(name, path));
    } else if (kind.isDirectory()) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
        for (Path entry : entries) {
          String below = (depth == 0 ? "" : name + "/") + entry.getFileName();
          collect(entry, below, sources, odd, depth + 1);
        }
      }
    } else {
      odd.add(new Finding(name, 0, Rule.NOT_A_FILE, "a link or a special file"));
    }
  }

  /** How many findings are of this severity. */
  public long count(Severity severity) {
    return findings.stream().filter(f -> f.rule().severity() == severity).count();
  }

  /** The errors whose rule nobody allowed. */
  public List<Finding> refusing(Set<Rule> allowed) {
    return findings.stream()
        .filter(f -> f.rule().severity() == Severity.ERROR && !allowed.contains(f.rule()))
        .toList();
  }

  /** Counts, the version of the rules, and each finding. */
  public Json.Obj toJson() {
    return Json.obj()
        .put("rules", Rule.set())
        .put("files", files)
        .put("errors", count(Severity.ERROR))
        .put("warnings", count(Severity.WARNING))
        .put("findings", Json.arr(findings.stream().map(Finding::toJson).toList()))
        .build();
  }
}
