package dev.sallyport.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WireTest {

  @Test
  void aMessageArrivesAsItWasSent() throws Exception {
    Json.Obj message = Json.obj().put("op", "status").put("n", 1).build();
    assertEquals(message, read(frame(message)));
  }

  @Test
  void everyTruncationIsAnEndOfFile() throws Exception {
    byte[] frame = frame(Json.obj().put("op", "status").build());
    for (int length = 0; length < frame.length; length++) {
      byte[] cut = Arrays.copyOf(frame, length);
      assertThrows(EOFException.class, () -> read(cut));
    }
  }

  @Test
  void aHugeOrNegativeLengthIsRefusedBeforeMemoryIsTaken() {
    byte[][] heads = {{-1, -1, -1, -1}, {0x7f, -1, -1, -1}, {0, 0, 0, 0}, {0, (byte) 0x80, 0, 1}};
    for (byte[] head : heads) {
      BadInput e = assertThrows(BadInput.class, () -> read(head));
      assertTrue(e.getMessage().contains("limit"));
    }
  }

  @Test
  void aFrameThatIsNoObjectIsRefused() {
    assertThrows(BadInput.class, () -> read(new byte[] {0, 0, 0, 2, '[', ']'}));
  }

  @Test
  void anOversizedMessageIsNotSent() {
    Json.Obj message = Json.obj().put("x", "y".repeat(Wire.MAX_FRAME)).build();
    assertThrows(IOException.class, () -> frame(message));
  }

  @Test
  void aFileLongerThanItsLimitIsNotRead(@TempDir Path dir) throws Exception {
    Path file = Files.write(dir.resolve("f"), new byte[11]);
    assertEquals(11, Bounded.read(file, 11).length);
    BadInput e = assertThrows(BadInput.class, () -> Bounded.read(file, 10));
    assertEquals("f is longer than 10 bytes", e.getMessage());
  }

  private static byte[] frame(Json.Obj message) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Wire.write(Channels.newChannel(out), message);
    return out.toByteArray();
  }

  private static Json.Obj read(byte[] bytes) throws IOException, BadInput {
    return Wire.read(Channels.newChannel(new ByteArrayInputStream(bytes)));
  }
}
