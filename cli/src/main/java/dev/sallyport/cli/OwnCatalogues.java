package dev.sallyport.cli;

import dev.sallyport.controls.Catalogue;
import dev.sallyport.controls.Catalogues;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.release.Finding;
import dev.sallyport.release.RiskLint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The catalogues that a safety team put into {@code HOME/catalogues}. */
final class OwnCatalogues {
  private static final int MOST = 100;

  private OwnCatalogues() {}

  /** Adds them to a check, but for those that are checked by name anyway. */
  static void addTo(RiskLint lint, Home home, List<Path> named)
      throws IOException, BadInput, Failure {
    for (Path file : files(home)) {
      if (!contains(named, file)) {
        lint.add(file.toString(), Bounded.read(file, Catalogue.LIMIT));
      }
    }
  }

  /** The shipped catalogues and these; refused if one of these is not good. */
  static Catalogues read(Home home) throws IOException, BadInput, Failure {
    RiskLint lint = new RiskLint(LocalDate.now(ZoneOffset.UTC));
    addTo(lint, home, List.of());
    for (Finding finding : lint.findings()) {
      if (finding.weight() == Finding.Weight.ERROR) {
        throw new Failure(Exit.DATA, finding.text() + "; all of it: sallyport controls lint");
      }
    }
    return lint.catalogues();
  }

  private static List<Path> files(Home home) throws IOException, Failure {
    if (!Files.isDirectory(home.catalogues())) {
      return List.of();
    }
    List<Path> found = new ArrayList<>();
    try (Stream<Path> all = Files.list(home.catalogues())) {
      all.filter(f -> f.toString().endsWith(".json")).sorted().limit(MOST + 1L).forEach(found::add);
    }
    if (found.size() > MOST) {
      throw new Failure(
          Exit.DATA,
          home.catalogues() + " has more than " + MOST + " catalogues; that is the limit");
    }
    return found;
  }

  private static boolean contains(List<Path> named, Path file) throws IOException {
    for (Path path : named) {
      if (Files.exists(path) && Files.isSameFile(path, file)) {
        return true;
      }
    }
    return false;
  }
}
