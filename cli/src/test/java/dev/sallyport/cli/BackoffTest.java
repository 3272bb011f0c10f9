package dev.sallyport.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {
  @Test
  void doublesUpToTenSeconds() {
    Backoff backoff = new Backoff();
    Duration last = Duration.ZERO;
    for (int i = 0; i < 12; i++) {
      last = backoff.after(Duration.ofSeconds(1));
    }
    assertEquals(Duration.ofSeconds(10), last);
  }

  @Test
  void startsAnewAfterAProcessThatLivedLong() {
    Backoff backoff = new Backoff();
    Duration first = backoff.after(Duration.ZERO);
    backoff.after(Duration.ZERO);
    assertEquals(first, backoff.after(Duration.ofMinutes(1)));
  }
}
