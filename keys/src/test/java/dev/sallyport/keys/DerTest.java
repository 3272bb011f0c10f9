package dev.sallyport.keys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DerTest {
  private static final long SEED = 11L;

  @Test
  void readsBackWhatItWroteAtEveryLength() throws Exception {
    for (int n : new int[] {0, 1, 127, 128, 255, 256, 65_535}) {
      byte[] content = new byte[n];
      Der inner = Der.of(Der.OCTET_STRING, content);
      assertArrayEquals(content, Der.parse(inner.encoded()).content(Der.OCTET_STRING));
    }
    Der two = Der.of(Der.SEQUENCE, List.of(Der.of(2, new byte[] {5}), Der.of(4, new byte[3])));
    assertArrayEquals(two.encoded(), Der.parse(two.encoded()).encoded());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "30",
        "3001",
        "3080",
        "308100",
        "30817f",
        "30820080",
        "308300000100",
        "1f0100",
        "04020000ff",
        "05000500"
      })
  void refusesWhatIsNotOneValueInTheShortestForm(String hex) {
    assertThrows(BadInput.class, () -> Der.parse(HexFormat.of().parseHex(hex)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0200", "0201ff", "02050000000001", "040101"})
  void refusesIntegersThatAreNegativeLongOrNone(String hex) throws Exception {
    Der value = Der.parse(HexFormat.of().parseHex(hex));
    assertThrows(BadInput.class, value::integer);
  }

  @Test
  void randomBytesNeverDoMoreThanFail() {
    Random random = new Random(SEED);
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(24)];
      random.nextBytes(bytes);
      try {
        Der value = Der.parse(bytes);
        assertTrue(Arrays.equals(bytes, value.encoded()), "seed " + SEED + " round " + i);
        read++;
      } catch (BadInput expected) {
        // What it cannot read it refuses; any other exception fails the test.
      }
    }
    assertTrue(read > 0, "the generator makes nothing readable");
  }
}
