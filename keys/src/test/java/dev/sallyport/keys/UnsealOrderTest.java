package dev.sallyport.keys;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnsealOrderTest {
  private static final Instant NOW = Instant.parse("2026-11-02T10:00:00Z");

  private static UnsealOrder order(String model, String reason, Duration window) {
    return new UnsealOrder(
        model,
        Digest.of("manifest"),
        3,
        Digest.of("root"),
        Digest.of("holder"),
        reason,
        NOW,
        NOW.plus(window),
        new Nonce("0".repeat(32)));
  }

  private static UnsealOrder because(String reason) {
    return order("demo", reason, Duration.ofHours(1));
  }

  @Test
  void orderAndRequestSurviveTheWire() throws Exception {
    UnsealOrder order = because("für die Prüfstelle, 附件 7");
    assertEquals(order, UnsealOrder.parse(Statement.parse(order.statement().payload())));
    UnsealRequest request = new UnsealRequest(Digest.of("order"), "00", Nonce.fresh(), NOW);
    assertEquals(request, UnsealRequest.parse(Statement.parse(request.statement().payload())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "a\nb", "a\u001b[2Kb", "a\u202eb", "a\u200bb", "a\u2028b"})
  void refusesAReasonThatHidesSomething(String reason) {
    assertThrows(BadInput.class, () -> UnsealOrder.parse(because(reason).statement()));
  }

  @Test
  void boundsTheReason() {
    UnsealOrder longest = because("x".repeat(UnsealOrder.MAX_REASON));
    assertDoesNotThrow(() -> UnsealOrder.parse(longest.statement()));
    UnsealOrder longer = because("x".repeat(UnsealOrder.MAX_REASON + 1));
    assertThrows(BadInput.class, () -> UnsealOrder.parse(longer.statement()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../x", "A", ".hidden", "a/b", "a b"})
  void refusesWhatIsNoNameOfAModel(String name) {
    UnsealOrder order = order(name, "why", Duration.ofHours(1));
    assertThrows(BadInput.class, () -> UnsealOrder.parse(order.statement()));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 86_401})
  void refusesAWindowThatIsEmptyOrTooLong(long seconds) {
    UnsealOrder order = order("demo", "why", Duration.ofSeconds(seconds));
    assertThrows(BadInput.class, () -> UnsealOrder.parse(order.statement()));
  }

  @Test
  void isCurrentFromItsBeginToItsEnd() {
    UnsealOrder order = because("why");
    Duration skew = Duration.ofSeconds(5);
    assertDoesNotThrow(() -> order.requireCurrent(NOW.minusSeconds(5), skew));
    assertThrows(BadInput.class, () -> order.requireCurrent(NOW.minusSeconds(6), skew));
    assertDoesNotThrow(() -> order.requireCurrent(NOW.plusSeconds(3599), skew));
    assertThrows(BadInput.class, () -> order.requireCurrent(NOW.plusSeconds(3600), skew));
    assertThrows(BadInput.class, () -> order.requireCurrent(Instant.MAX, skew));
    assertThrows(BadInput.class, () -> order.requireCurrent(Instant.MIN, skew));
  }
}
