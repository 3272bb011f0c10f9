package dev.sallyport.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.BadInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceTest {
  @TempDir Path dir;

  @Test
  void listsFilesByTheBytesOfTheirNames() throws Exception {
    for (String name : List.of("b", "a/z", "a.txt", "B")) {
      Path path = dir.resolve(name);
      Files.createDirectories(path.getParent());
      Files.writeString(path, name);
    }
    Files.createDirectory(dir.resolve("empty"));
    assertThrows(BadInput.class, () -> Source.scan(dir));
    Files.delete(dir.resolve("B"));
    assertEquals(
        List.of("a.txt", "a/z", "b"),
        Source.scan(dir).files().stream().map(Source.Entry::name).toList());
  }

  @Test
  void takesASingleFile() throws Exception {
    Path file = Files.writeString(dir.resolve("m.gguf"), "12345");
    Source source = Source.scan(file);
    assertEquals("m.gguf", source.files().getFirst().name());
    assertEquals(5, source.bytes());
  }

  @Test
  void refusesSymbolicLinksAnywhere() throws Exception {
    Path file = Files.writeString(dir.resolve("real"), "x");
    Path link = Files.createSymbolicLink(dir.resolve("link"), file);
    assertRefused(dir, "\"link\" is a symbolic link; only plain files are sealed");
    assertRefused(link, "\"link\" is a symbolic link; only plain files are sealed");
    Files.delete(link);
    Files.createSymbolicLink(link, Files.createDirectory(dir.resolve("d")));
    assertRefused(dir, "\"link\" is a symbolic link; only plain files are sealed");
  }

  @Test
  void refusesSpecialFiles() throws Exception {
    Path pipe = dir.resolve("pipe");
    Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
    assumeTrue(made.waitFor() == 0, "skipped: no mkfifo");
    assertRefused(dir, "\"pipe\" is neither a file nor a directory; only plain files are sealed");
  }

  @Test
  void refusesAnUnreadableFile() throws Exception {
    Path file = Files.writeString(dir.resolve("locked"), "x");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    assumeTrue(!Files.isReadable(file), "skipped: root reads everything");
    assertRefused(dir, "\"locked\" cannot be read");
  }

  @Test
  void refusesNamesThatCollide() throws Exception {
    Files.writeString(dir.resolve("Model.bin"), "x");
    Files.writeString(dir.resolve("model.BIN"), "x");
    BadInput e = assertThrows(BadInput.class, () -> Source.scan(dir));
    assertTrue(e.getMessage().endsWith("differ in case or composition only"), e.getMessage());
  }

  @Test
  void refusesAnEmptySource() {
    assertRefused(dir, "source holds no file");
  }

  @Test
  void refusesNamesThatEscapeOrDeceive() {
    List<String> bad =
        List.of("", ".", "..", "a/../b", "/etc/passwd", "a//b", "a/", "a\\b", "a\nb", "a\u202eb");
    for (String name : bad) {
      assertThrows(BadInput.class, () -> FileNames.checkRelative(name), name);
    }
    assertThrows(BadInput.class, () -> FileNames.check("a\u0000b"));
    assertThrows(BadInput.class, () -> FileNames.check("x".repeat(256)));
  }

  private static void assertRefused(Path source, String message) {
    assertEquals(message, assertThrows(BadInput.class, () -> Source.scan(source)).getMessage());
  }
}
