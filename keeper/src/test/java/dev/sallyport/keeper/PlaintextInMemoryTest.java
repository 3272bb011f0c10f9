package dev.sallyport.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a descriptor that somebody was handed gives after the end. */
class PlaintextInMemoryTest {
  @TempDir Path dir;
  private Stage stage;
  private PlaintextInMemory plaintext;

  @BeforeEach
  void open() throws Exception {
    stage = new Stage(dir);
    plaintext = PlaintextInMemory.prepare(stage.plaintext, stage.model, OptionalInt.empty());
    plaintext.fill(stage.keys());
  }

  @AfterEach
  void close() throws Exception {
    plaintext.wipe();
    stage.close();
  }

  @Test
  void T309_aFileThatIsStillOpenIsEmptyAfterTheEnd() throws Exception {
    Path file = plaintext.directory().resolve("StandIn.java");
    try (FileChannel kept = FileChannel.open(file)) {
      assertTrue(read(kept).contains("class StandIn"));
      plaintext.wipe();
      assertFalse(Files.exists(file));
      assertEquals("", read(kept));
    }
  }

  @Test
  void T309_wereItOnlyRemovedItWouldStillBeRead() throws Exception {
    Path file = plaintext.directory().resolve("StandIn.java");
    try (FileChannel kept = FileChannel.open(file)) {
      Files.delete(file);
      assertTrue(read(kept).contains("class StandIn"));
    }
  }

  private static String read(FileChannel in) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4096);
    int n = in.read(bytes, 0);
    return new String(bytes.array(), 0, Math.max(0, n), StandardCharsets.UTF_8);
  }
}
