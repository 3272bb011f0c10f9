package dev.sallyport.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Sealed models of version 1 of the format stay readable, and every failure keeps its words. */
class GoldenModelTest {
  @TempDir Path dir;

  @Test
  void bothVersionsOpen() throws Exception {
    Golden golden = Golden.read();
    for (long version : List.of(1L, 2L)) {
      Path target = Files.createTempDirectory(dir, "t");
      Json.Obj plain = golden.json().object("plain").object(Long.toString(version));
      Map<String, String> expected = new TreeMap<>();
      for (String name : plain.members().keySet()) {
        expected.put(name, plain.string(name));
      }
      assertEquals(expected, golden.open(golden.write(dir, version), version, target));
    }
  }

  @TestFactory
  List<DynamicTest> everyClassOfFailure() throws Exception {
    Golden golden = Golden.read();
    List<DynamicTest> tests = new ArrayList<>();
    for (Json.Obj c : golden.json().objects("cases")) {
      tests.add(DynamicTest.dynamicTest(c.string("name"), () -> fails(golden, c)));
    }
    return tests;
  }

  private void fails(Golden golden, Json.Obj c) throws Exception {
    Path vault = Files.createTempDirectory(dir, "v");
    Path target = Files.createTempDirectory(dir, "t");
    long version = c.integer("version");
    Path directory = Golden.change(golden.write(vault, version), c.object("change"));
    BadInput e = assertThrows(BadInput.class, () -> golden.open(directory, version, target));
    assertEquals(c.string("error"), e.getMessage());
    try (var left = Files.list(target)) {
      assertEquals(0, left.count(), "plaintext was left behind");
    }
  }
}
