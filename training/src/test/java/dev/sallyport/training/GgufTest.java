package dev.sallyport.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads files back by the specification, byte by byte. */
class GgufTest {
  @TempDir Path directory;

  private ByteBuffer write(Gguf gguf) throws Exception {
    Path file = directory.resolve("m.gguf");
    gguf.write(file);
    return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static String string(ByteBuffer in) {
    byte[] out = new byte[(int) in.getLong()];
    in.get(out);
    return new String(out, java.nio.charset.StandardCharsets.UTF_8);
  }

  @Test
  void writesHeaderMetadataAndAlignedTensors() throws Exception {
    ByteBuffer in =
        write(
            new Gguf()
                .put("a", "ü")
                .put("b", List.of("x", "yz"))
                .put("c", true)
                .tensor("v", new Gguf.Tensor(List.of(2), new float[] {1.5f, -2}))
                .tensor("w", new Gguf.Tensor(List.of(2, 3), new float[] {1, 2, 3, 4, 5, 6})));
    assertEquals(0x46554747, in.getInt());
    assertEquals(3, in.getInt());
    assertEquals(2, in.getLong());
    assertEquals(3, in.getLong());
    assertEquals("a", string(in));
    assertEquals(8, in.getInt());
    assertEquals("ü", string(in));
    assertEquals("b", string(in));
    assertEquals(9, in.getInt());
    assertEquals(8, in.getInt());
    assertEquals(2, in.getLong());
    assertEquals("x", string(in));
    assertEquals("yz", string(in));
    assertEquals("c", string(in));
    assertEquals(7, in.getInt());
    assertEquals(1, in.get());
    assertTensor(in, "v", new long[] {2}, 0, 0);
    // Three columns come first: the innermost dimension leads.
    assertTensor(in, "w", new long[] {3, 2}, 1, 32);
    int data = Math.ceilDiv(in.position(), 32) * 32;
    assertEquals(1.5f, in.getFloat(data));
    assertEquals(Float.floatToFloat16(6), in.getShort(data + 32 + 10));
    assertEquals(data + 64, in.limit());
  }

  private static void assertTensor(
      ByteBuffer in, String name, long[] shape, int type, long offset) {
    assertEquals(name, string(in));
    long[] dimensions = new long[in.getInt()];
    for (int i = 0; i < dimensions.length; i++) {
      dimensions[i] = in.getLong();
    }
    assertArrayEquals(shape, dimensions);
    assertEquals(type, in.getInt());
    assertEquals(offset, in.getLong());
  }

  @Test
  void refusesAShapeThatDoesNotFitItsValues() {
    assertThrows(
        IllegalArgumentException.class, () -> new Gguf.Tensor(List.of(2, 2), new float[3]));
  }
}
