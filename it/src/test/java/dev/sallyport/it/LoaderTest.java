package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.Json;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

/** The real runtime on a model that is decrypted while it reads. */
class LoaderTest {
  private static final Path DEVICE = Path.of("/dev/fuse");

  @Test
  void theRuntimeServesFromAMountThatNobodyElseReads() throws Exception {
    assumeTrue(
        Files.isReadable(DEVICE) && Files.isWritable(DEVICE), "skipped: no access to " + DEVICE);
    try (Installation house = Installation.initialised()) {
      house.up("--loader", "fuse");
      house.seal();
      house.evidence();
      house.release();
      house.run("run", Installation.MODEL, "--as", "sysadmin").ok();
      Json.Obj model = house.status().objects("models").getFirst();
      assertEquals("fuse", model.string("loader"));
      ProcessHandle runtime =
          Processes.find(house.upProcess().toHandle(), Processes.RUNTIME).orElseThrow();
      // Where we may look into its namespace at all: root does, and is refused by the mount alone.
      Path root = Path.of("/proc/" + runtime.pid() + "/root");
      if (Files.isReadable(root.resolve("usr"))) {
        Path weights = root.resolve("model/tiny-stories.gguf");
        assertThrows(AccessDeniedException.class, () -> Files.newInputStream(weights).close());
        assertThrows(AccessDeniedException.class, () -> Files.list(root.resolve("model")).close());
      }
      // Its Java is a copy that it may execute and not read.
      Path java = Path.of("/proc/" + runtime.pid() + "/exe");
      if (Files.isReadable(java.resolveSibling("root/usr"))) {
        assertEquals(
            "--x--x--x", PosixFilePermissions.toString(Files.getPosixFilePermissions(java)));
      }
      house.run("stop", Installation.MODEL, "--as", "sysadmin").ok();
      assertTrue(house.status().objects("models").stream().noneMatch(LoaderTest::runs));
    }
  }

  private static boolean runs(Json.Obj model) {
    return model.toString().contains("\"loader\"");
  }
}
