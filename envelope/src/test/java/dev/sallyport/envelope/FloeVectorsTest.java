package dev.sallyport.envelope;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Secret;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Known answers of other FLOE implementations, read where they are present. */
class FloeVectorsTest {
  private static final Path VECTORS = Path.of("..", "..", "shared", "vectors", "floe");
  private static final byte[] AAD = "This is AAD".getBytes(US_ASCII);

  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cpp_GCM256_IV256_4K", "cpp_GCM256_IV256_64", "cpp_rotation",
        "java_GCM256_IV256_4K", "java_GCM256_IV256_64", "java_rotation",
        "java_lastSegAligned", "java_lastSegEmpty"
      })
  void opensAndRefuses(String name) throws Exception {
    Path sealedFile = VECTORS.resolve(name + "_ct.txt");
    assumeTrue(Files.exists(sealedFile), "skipped: no " + sealedFile);
    byte[] sealed = hex(sealedFile);
    byte[] plain = hex(VECTORS.resolve(name + "_pt.txt"));
    FloeParams params = params(name);
    try (Secret key = Secret.take(new byte[32])) {
      assertArrayEquals(plain, Floes.open(dir, sealed, key, AAD, params));
      assertArrayEquals(plain, Floes.openBackwards(dir, sealed, key, AAD, params));
      int step = Math.max(1, sealed.length / 150);
      for (int at = 0; at < sealed.length; at += step) {
        byte[] altered = sealed.clone();
        altered[at] ^= 4;
        refused(altered, key, params, "altered byte " + at);
        refused(Arrays.copyOf(sealed, at), key, params, "cut to " + at);
      }
      refused(Arrays.copyOf(sealed, sealed.length + 1), key, params, "one byte more");
      for (byte[] variant : rearranged(sealed, params.segmentLength())) {
        refused(variant, key, params, "rearranged");
      }
    }
  }

  private void refused(byte[] sealed, Secret key, FloeParams params, String what) {
    assertThrows(BadInput.class, () -> Floes.open(dir, sealed, key, AAD, params), what);
    assertThrows(BadInput.class, () -> Floes.openBackwards(dir, sealed, key, AAD, params), what);
  }

  /** Each segment dropped, each doubled, each pair of neighbours swapped. */
  private static List<byte[]> rearranged(byte[] sealed, int segment) {
    List<byte[]> parts = new ArrayList<>();
    for (int at = FloeParams.HEADER_LENGTH; at < sealed.length; at += segment) {
      parts.add(Arrays.copyOfRange(sealed, at, Math.min(sealed.length, at + segment)));
    }
    byte[] header = Arrays.copyOf(sealed, FloeParams.HEADER_LENGTH);
    List<byte[]> variants = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      List<byte[]> dropped = new ArrayList<>(parts);
      dropped.remove(i);
      variants.add(join(header, dropped));
      List<byte[]> doubled = new ArrayList<>(parts);
      doubled.add(i, parts.get(i));
      variants.add(join(header, doubled));
      if (i > 0) {
        List<byte[]> swapped = new ArrayList<>(parts);
        Collections.swap(swapped, i - 1, i);
        variants.add(join(header, swapped));
      }
    }
    return variants;
  }

  private static byte[] join(byte[] header, List<byte[]> parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header);
    parts.forEach(out::writeBytes);
    return out.toByteArray();
  }

  private static FloeParams params(String name) {
    if (name.contains("rotation")) {
      // Their mask is -4: a new key every 4 segments.
      return new FloeParams(40, 2);
    }
    if (name.contains("lastSeg")) {
      return new FloeParams(40, 20);
    }
    return new FloeParams(name.endsWith("4K") ? 4096 : 64, 20);
  }

  private static byte[] hex(Path file) throws IOException {
    return HexFormat.of().parseHex(Files.readString(file).strip());
  }
}
