package dev.sallyport.envelope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class FloeTest {
  private static final byte[] AAD = {1, 2, 3};

  @TempDir Path dir;

  @Test
  void opensWhatItSealedAtEverySize() throws Exception {
    FloeParams params = new FloeParams(50, 1);
    Random random = new Random(42);
    try (Secret key = Secret.random()) {
      for (int size = 0; size < 6 * params.plainLength(); size++) {
        byte[] plain = new byte[size];
        random.nextBytes(plain);
        byte[] sealed = Floes.seal(plain, key, AAD, params);
        assertEquals(params.sealedLength(size), sealed.length);
        assertArrayEquals(plain, Floes.open(dir, sealed, key, AAD, params));
        assertArrayEquals(plain, Floes.openBackwards(dir, sealed, key, AAD, params));
      }
    }
  }

  @Test
  void dealsNoSegmentAfterTheLastAndSealsNoneTwice() {
    FloeParams params = new FloeParams(64, 20);
    try (Secret key = Secret.random();
        FloeSealer sealer = FloeSealer.start(key, AAD, params)) {
      byte[] out = new byte[64];
      FloeSealer.Segment inner = sealer.next(false);
      assertThrows(IllegalStateException.class, () -> inner.seal(new byte[31], 31, out));
      inner.seal(new byte[32], 32, out);
      assertThrows(IllegalStateException.class, () -> inner.seal(new byte[32], 32, out));
      sealer.next(true).seal(new byte[0], 0, out);
      assertThrows(IllegalStateException.class, () -> sealer.next(true));
    }
  }

  /** Every class of failure, with the exact words: testdata/envelope/floe.json. */
  @TestFactory
  List<DynamicTest> goldenVectors() throws Exception {
    Path file = Path.of("..", "testdata", "envelope", "floe.json");
    Json.Obj golden = Json.parseObject(Files.readAllBytes(file));
    FloeParams params =
        new FloeParams((int) golden.integer("segment"), (int) golden.integer("rotationBits"));
    List<DynamicTest> tests = new ArrayList<>();
    for (Json.Obj c : golden.objects("cases")) {
      tests.add(DynamicTest.dynamicTest(c.string("name"), () -> check(c, params)));
    }
    return tests;
  }

  private void check(Json.Obj c, FloeParams params) throws Exception {
    byte[] sealed = hex(c, "sealed");
    byte[] aad = hex(c, "associatedData");
    try (Secret key = Secret.take(hex(c, "key"))) {
      if (c.find("plain").isPresent()) {
        assertArrayEquals(hex(c, "plain"), Floes.open(dir, sealed, key, aad, params));
      } else {
        BadInput e = assertThrows(BadInput.class, () -> Floes.open(dir, sealed, key, aad, params));
        assertEquals(c.string("error"), e.getMessage());
      }
    }
  }

  private static byte[] hex(Json.Obj c, String name) throws BadInput {
    return HexFormat.of().parseHex(c.string(name));
  }
}
