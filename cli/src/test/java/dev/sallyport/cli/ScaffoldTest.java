package dev.sallyport.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScaffoldTest {
  @TempDir Path dir;

  @Test
  void leavesNothingWhenItDoesNotBecomeAnything() throws Exception {
    Path target = dir.resolve("home");
    try (Scaffold scaffold = Scaffold.beside(target)) {
      scaffold.directory("a/b");
      scaffold.file("a/c", new byte[] {1});
    }
    try (Stream<Path> left = Files.list(dir)) {
      assertEquals(0, left.count());
    }
  }

  @Test
  void becomesTheTargetWithPrivateModes() throws Exception {
    Path target = dir.resolve("home");
    try (Scaffold scaffold = Scaffold.beside(target)) {
      scaffold.file("secret", new byte[] {1});
      scaffold.become(target);
    }
    assertEquals("rwx------", modes(target));
    assertEquals("rw-------", modes(target.resolve("secret")));
  }

  @Test
  void replacesAnEmptyDirectoryOnly() throws Exception {
    Path target = Files.createDirectory(dir.resolve("home"));
    try (Scaffold scaffold = Scaffold.beside(target)) {
      Files.writeString(target.resolve("x"), "appeared meanwhile");
      assertThrows(Failure.class, () -> scaffold.become(target));
    }
    assertTrue(Files.exists(target.resolve("x")));
    assertFalse(Files.exists(target.resolve("secret")));
  }

  private static String modes(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
