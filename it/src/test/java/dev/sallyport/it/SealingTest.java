package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Json;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;

/** Sealing with the real processes: new versions, and sealings that were cut off. */
class SealingTest {

  @Test
  void aNewVersionUsesUnchangedFilesAgainAndRunsAfterARotation() throws Exception {
    try (Installation house = Installation.initialised()) {
      house.up();
      Path source = source(house);
      seal(house, source);
      Files.writeString(source.resolve("config.json"), "{\"changed\":true}");
      Installation.Ran second =
          house.run("seal", source.toString(), "--model", Installation.MODEL, "--as", "sysadmin");
      assertEquals(2, second.ok().integer("version"));
      assertEquals(1, second.ok().integer("reused"));
      String old = house.run("keys", "show").ok().string("current");
      Json.Obj rotated = house.run("keys", "rotate", "--as", "sec1", "--as", "sec2").ok();
      assertEquals(2, rotated.integer("rewrapped"));
      house.run("keys", "destroy", old, "--as", "sec1", "--as", "sec2", "--yes-destroy", old).ok();
      house.evidence();
      house.release();
      house.run("run", Installation.MODEL, "--as", "sysadmin").ok();
      Json.Obj model = house.status().objects("models").getFirst();
      assertEquals(2, model.integer("version"));
    }
  }

  @Test
  void aKilledSealingGoesOn() throws Exception {
    try (Installation house = Installation.initialised()) {
      house.up();
      Path source = source(house);
      // Sorted before the one that is still under way when the sealer is killed.
      try (var big =
          Files.newByteChannel(
              source.resolve("a.bin"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        big.position(33L << 20).write(ByteBuffer.allocate(1));
      }
      try (var huge =
          Files.newByteChannel(
              source.resolve("b.bin"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        huge.position(1L << 30).write(ByteBuffer.allocate(1));
      }
      Process sealing =
          house.start("seal", source.toString(), "--model", Installation.MODEL, "--as", "sysadmin");
      Path journal = house.home().resolve("vault/tiny/.staging-1/.done");
      Processes.await(
          60, "a.bin is sealed", () -> Files.exists(journal) && Files.size(journal) > 0);
      sealing.descendants().forEach(ProcessHandle::destroyForcibly);
      sealing.destroyForcibly().waitFor();
      String key = house.run("keys", "show").ok().string("current");
      Installation.Ran asked = house.run("keys", "destroy", key, "--as", "sec1", "--as", "sec2");
      assertTrue(asked.err().contains("tiny version 1 (unfinished)"), asked.err());
      Files.delete(source.resolve("b.bin"));
      Installation.Ran again =
          house.run("seal", source.toString(), "--model", Installation.MODEL, "--as", "sysadmin");
      assertEquals(1, again.ok().integer("version"));
      assertEquals("resumed", again.ok().string("way"));
      assertTrue(house.run("log", "show").out().contains("seal.resumed"));
    }
  }

  private static Path source(Installation house) throws Exception {
    Path source = Files.createDirectory(house.dir().resolve("model"));
    Files.copy(Installation.model(), source.resolve("model.gguf"));
    Files.writeString(source.resolve("config.json"), "{}");
    return source;
  }

  private static Json.Obj seal(Installation house, Path source) throws Exception {
    return house
        .run("seal", source.toString(), "--model", Installation.MODEL, "--as", "sysadmin")
        .ok();
  }
}
