package dev.sallyport.risk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"RED\":{\"audience\":\"NONE\"|\"RED\":{\"audience\":\"INTERNAL\"|RED permits",
        "\"GREEN\":{\"audience\":\"PUBLIC\"|\"GREEN\":{\"audience\":\"INTERNAL\"|asks less",
        "\"PUBLIC\":{\"quorum\":3|\"PUBLIC\":{\"quorum\":1|asks less",
        "\"INTERNAL\":{\"quorum\":1|\"INTERNAL\":{\"quorum\":0|quorum is 0",
        "\"LIMITED\":{\"quorum\":2,\"controls\":[\"sealed\"]|\"LIMITED\":{\"quorum\":2,\"controls\":[]|asks less",
        "\"leaseSeconds\":60|\"leaseSeconds\":301|leaseSeconds is 301",
        "\"version\":1|\"version\":1,\"extra\":1|\"extra\" is not known"
      })
  void refusesAPolicyThatAsksLessOfMore(String from, String to, String message) {
    String text = Documented.POLICY.replace(from, to);
    assertTrue(!text.equals(Documented.POLICY), from);
    BadInput e = assertThrows(BadInput.class, () -> Policy.read(Documented.json(text)));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void refusesLinesInTheWrongOrderAndAMetricTwice() {
    String crossed = Documented.THRESHOLDS.replace("\"yellow\":\"0.3\"", "\"yellow\":\"0.6\"");
    assertThrows(BadInput.class, () -> Thresholds.read(Documented.json(crossed)));
    String twice = Documented.THRESHOLDS.replace("\"bio\"", "\"cyber\"");
    assertThrows(BadInput.class, () -> Thresholds.read(Documented.json(twice)));
  }

  @Test
  void decidesOnThePessimisticEndInEitherDirection() throws Exception {
    String lower =
        Documented.THRESHOLDS
            .replace("higher-is-worse", "lower-is-worse")
            .replace("\"yellow\":\"0.3\"", "\"yellow\":\"0.8\"");
    Criterion worseLow = Thresholds.read(Documented.json(lower)).criteria().getFirst();
    Criterion worseHigh =
        Thresholds.read(Documented.json(Documented.THRESHOLDS)).criteria().getFirst();
    Evaluation wide = wide("0.1", "0.9");
    assertEquals(Zone.RED, worseLow.shown(wide));
    assertEquals(Zone.RED, worseHigh.shown(wide));
    assertEquals(Zone.GREEN, worseHigh.shown(wide("0.1", "0.299")));
    assertEquals(Zone.YELLOW, worseLow.shown(wide("4/5", "0.9")));
  }

  private static Evaluation wide(String low, String high) {
    Evaluation e = Installation.evaluation("cyber", low);
    return new Evaluation(
        e.model(),
        e.manifest(),
        e.area(),
        e.metric(),
        e.value(),
        e.low(),
        Installation.score(high),
        e.samples(),
        e.observed(),
        e.validUntil(),
        e.source(),
        "");
  }
}
