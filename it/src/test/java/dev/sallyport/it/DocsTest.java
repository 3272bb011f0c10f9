package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documents point at what is there, and every attack names a test that exists. */
class DocsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path THREATS = ROOT.resolve("docs/threat-model.md");

  private static final Pattern LINK = Pattern.compile("]\\(([^()\\s]+)\\)");

  /** Tests in a row: their class, its file, one or several methods. */
  private static final Pattern SHOWN =
      Pattern.compile("\\[(\\w+)]\\(([^()\\s]+)\\) ((?:`\\w+`(?:, (?=`))?)+)");

  private static final Pattern METHOD = Pattern.compile("`(\\w+)`");

  @Test
  void everyRelativeLinkLeadsToAFile() throws Exception {
    List<String> broken = new ArrayList<>();
    int checked = 0;
    for (Path document : documents()) {
      for (MatchResult link : LINK.matcher(Files.readString(document)).results().toList()) {
        String target = link.group(1).replaceFirst("#.*", "");
        if (!target.isEmpty() && !target.matches("[a-z]+:.*")) {
          checked++;
          if (!Files.exists(document.resolveSibling(target))) {
            broken.add(ROOT.relativize(document) + ": " + target);
          }
        }
      }
    }
    assertEquals(List.of(), broken);
    assertTrue(checked > 100, "only " + checked + " links found: is the pattern right?");
  }

  @Test
  void everyAttackNamesATestThatExists() throws Exception {
    List<String> rows =
        Files.readAllLines(THREATS).stream().filter(line -> line.matches("\\| T\\d.*")).toList();
    assertTrue(rows.size() > 50, "only " + rows.size() + " attacks");
    Set<String> ids = new HashSet<>();
    for (String row : rows) {
      String[] cells = row.substring(2, row.length() - 2).split(" \\| ", -1);
      assertEquals(4, cells.length, row);
      // Others refer to a row by its id: it stays when rows are added before it.
      assertTrue(cells[0].matches("T\\d{2,3}") && ids.add(cells[0]), cells[0] + " stands twice");
      assertTrue(LINK.matcher(cells[2]).find(), cells[0] + " links no control");
      List<MatchResult> shown = SHOWN.matcher(cells[3]).results().toList();
      assertFalse(shown.isEmpty(), cells[0] + " names no test");
      for (MatchResult test : shown) {
        for (MatchResult method : METHOD.matcher(test.group(3)).results().toList()) {
          assertHolds(cells[0], test.group(1), test.group(2), method.group(1));
        }
      }
    }
  }

  private static void assertHolds(String row, String name, String file, String method)
      throws IOException {
    assertTrue(
        file.contains("/src/test/") && file.endsWith("/" + name + ".java"), row + ": " + file);
    String text = Files.readString(THREATS.resolveSibling(file));
    int at = Math.max(text.indexOf(" void " + method + "("), text.indexOf("> " + method + "("));
    int annotation = Math.max(text.lastIndexOf("  @Test", at), text.lastIndexOf("@Param", at));
    assertTrue(at > 0, row + ": " + name + " has no method " + method);
    assertTrue(
        annotation > text.lastIndexOf("\n  }", at),
        row + ": " + method + " is annotated as no test");
  }

  private static List<Path> documents() throws IOException {
    List<Path> found = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    found.add(ROOT.resolve("SECURITY.md"));
    for (String directory : List.of("docs", "docs/adr", "spec")) {
      try (Stream<Path> files = Files.list(ROOT.resolve(directory))) {
        found.addAll(files.filter(file -> file.toString().endsWith(".md")).toList());
      }
    }
    return found;
  }
}
