package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@code ./sallyport demo} itself: every step holds, twice in a row, beside a running installation.
 */
class DemoTest {
  private static final int STEPS = 18;

  @Test
  void everyStepHoldsTwiceInARowBesideARunningInstallationAndNothingIsLeftBehind()
      throws Exception {
    try (Installation other = Installation.initialised()) {
      other.up();
      Set<String> before = leftovers();
      for (int round = 1; round <= 2; round++) {
        Installation.Ran demo =
            other.shell(Installation.ROOT.resolve("sallyport").toString(), "demo", "--json");
        List<String> lines = demo.out().lines().toList();
        for (String line : lines) {
          Json.Obj step = Json.parse(line).asObject("step");
          assertTrue(step.bool("holds"), "round " + round + ": " + line);
        }
        assertEquals(STEPS, lines.size(), demo.err());
        assertEquals(0, demo.exit(), demo.err());
        // Of another demo on this machine, only what came since could be taken for ours.
        Set<String> left = leftovers();
        left.removeAll(before);
        assertEquals(Set.of(), left, "left behind in round " + round);
      }
      assertTrue(other.isUp());
    }
  }

  /** Demo directories in /tmp, and processes that have one on their command line. */
  private static Set<String> leftovers() throws IOException {
    Set<String> found = new TreeSet<>();
    try (Stream<Path> tmp = Files.list(Path.of("/tmp"))) {
      found.addAll(
          tmp.map(Path::toString)
              .filter(p -> p.contains("sallyport-demo-"))
              .collect(Collectors.toSet()));
    }
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      for (Path process :
          processes.filter(p -> p.getFileName().toString().matches("\\d+")).toList()) {
        try {
          String line = Files.readString(process.resolve("cmdline"));
          if (line.contains("sallyport-demo-")) {
            found.add(process + " " + line.replace('\0', ' '));
          }
        } catch (IOException gone) {
          // It ended while we looked.
        }
      }
    }
    return found;
  }
}
