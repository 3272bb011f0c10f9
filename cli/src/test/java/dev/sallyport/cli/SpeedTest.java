package dev.sallyport.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SpeedTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void saysNothingBeforeItCanKnow() {
    Speed speed = new Speed();
    assertEquals(OptionalLong.empty(), speed.perSecond());
    speed.at(0, 0);
    assertEquals(OptionalLong.empty(), speed.left(100));
    speed.at(SECOND / 10, 50);
    assertEquals(OptionalLong.empty(), speed.left(100));
    speed.at(SECOND, 50);
    assertEquals(OptionalLong.of(50), speed.perSecond());
    assertEquals(OptionalLong.of(1), speed.left(100));
  }

  @Test
  void forgetsASlowBeginning() {
    Speed speed = new Speed();
    speed.at(0, 0);
    for (int second = 10; second < 20; second++) {
      speed.at(second * SECOND, (second - 10) * 100L);
    }
    assertEquals(OptionalLong.of(100), speed.perSecond());
    assertEquals(OptionalLong.of(91), speed.left(10_000));
  }

  @Test
  void aHaltHasNoEnd() {
    Speed speed = new Speed();
    speed.at(0, 7);
    speed.at(3 * SECOND, 7);
    assertEquals(OptionalLong.of(0), speed.perSecond());
    assertEquals(OptionalLong.empty(), speed.left(100));
  }
}
