package dev.sallyport.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  @Test
  void canonicalFormSortsNamesByUtf16AndEscapesOnlyWhatItMust() throws Exception {
    Json value = Json.parse("{\"€\":1, \"\\r\":2,\"a\":{\"z\":[ ],\"b\":\"\\u000f/\\/\"} }");
    assertEquals("{\"\\r\":2,\"a\":{\"b\":\"\\u000f//\",\"z\":[]},\"€\":1}", Json.toString(value));
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "-0,0",
    "1e21,1e+21",
    "1E20,100000000000000000000",
    "0.000001,0.000001",
    "1e-7,1e-7",
    "123.456,123.456",
    "1.7976931348623157e308,1.7976931348623157e+308",
    "4.50,4.5",
    "333333333.33333329,333333333.3333333",
    "9007199254740991,9007199254740991",
    "-2.5,-2.5",
  })
  void numbersAreWrittenAsEcmaScriptDoes(String in, String out) throws Exception {
    assertEquals(out, Json.toString(Json.parse(in)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "nul",
        "NaN",
        "Infinity",
        "'a'",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\t\"",
        "[1] 2",
        "{\"a\":1,\"a\":2}",
        "1e400",
        "9007199254740992",
        "\"\\ud800\"",
        "\"\\u٣123\"",
        "{1:2}",
        "[1}",
        "\"a"
      })
  void refusesWhatIsNotStrictIJson(String text) {
    assertThrows(BadInput.class, () -> Json.parse(text));
  }

  @Test
  void refusesBytesThatAreNotUtf8() {
    assertThrows(BadInput.class, () -> Json.parse(new byte[] {'"', (byte) 0xff, '"'}));
    assertThrows(BadInput.class, () -> Json.parse(new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'}));
  }

  @Test
  void depthIsBoundedSoThatNoInputOverflowsTheStack() {
    String deep = "[".repeat(1_000_000);
    BadInput e = assertThrows(BadInput.class, () -> Json.parse(deep));
    assertTrue(e.getMessage().contains("64 levels"));
  }

  @Test
  void messagesCarryNoHostileText() throws Exception {
    Json.Obj hostile = Json.parse("{\"\\u001b[31m" + "x".repeat(500) + "\":1}").asObject("test");
    BadInput e = assertThrows(BadInput.class, () -> hostile.only("a"));
    assertTrue(e.getMessage().chars().allMatch(c -> (c >= ' ' && c < 0x7f) || c == '…'));
    assertTrue(e.getMessage().length() < 120);
  }

  @Test
  void membersAreReadByTypeOrRefusedByName() throws Exception {
    Json.Obj o = Json.parse("{\"n\":1.5,\"s\":\"x\",\"b\":\"!\",\"i\":7}").asObject("test");
    assertEquals(7, o.integer("i"));
    BadInput e = assertThrows(BadInput.class, () -> o.integer("n"));
    assertEquals("member \"n\" is a number, not an integer", e.getMessage());
    assertThrows(BadInput.class, () -> o.string("missing"));
    assertThrows(BadInput.class, () -> o.base64("b"));
    assertThrows(BadInput.class, () -> o.instant("s"));
    assertThrows(BadInput.class, () -> o.only("n", "s", "b"));
  }

  @Test
  void everyValueSurvivesItsCanonicalForm() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      Json value = arbitrary(random, 4);
      assertEquals(value, Json.parse(value.canonical()), "seed " + seed);
    }
  }

  @Test
  void anyDamageToADocumentIsAValueOrACleanRefusal() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    byte[] good = arbitrary(random, 4).canonical();
    for (int i = 0; i < 5000; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        Json.parse(bad).canonical();
      } catch (BadInput expected) {
        assertTrue(expected.getMessage().length() < 200, "seed " + seed);
      }
    }
  }

  private static Json arbitrary(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 6 : 4)) {
      case 0 -> Json.of(random.nextLong(1L << 53));
      case 1 -> new Json.Num(random.nextGaussian());
      case 2 -> Json.of(random.nextBoolean());
      case 3 -> Json.of(text(random));
      case 4 -> {
        List<Json> items = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
          items.add(arbitrary(random, depth - 1));
        }
        yield Json.arr(items);
      }
      default -> {
        Json.Builder object = Json.obj();
        for (int i = random.nextInt(5); i > 0; i--) {
          object.put(i + text(random), arbitrary(random, depth - 1));
        }
        yield object.build();
      }
    };
  }

  private static String text(Random random) {
    StringBuilder out = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      int c = random.nextInt(4) == 0 ? random.nextInt(0x11_0000) : random.nextInt(0x80);
      out.appendCodePoint(c >= 0xd800 && c < 0xe000 ? '?' : c);
    }
    return out.toString();
  }
}
