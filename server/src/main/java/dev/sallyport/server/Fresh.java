package dev.sallyport.server;

import dev.sallyport.core.Refusal;
import java.time.Duration;
import java.time.Instant;

/** That a request for keyd is of now, by the rule that keyd has (spec/key-release.md §4.3). */
final class Fresh {
  static final Duration SKEW = Duration.ofSeconds(5);

  private static final Duration LIFE = Duration.ofSeconds(60);

  private Fresh() {}

  static void require(Instant at, Instant now) throws Refusal {
    Duration age = Duration.between(at, now);
    if (age.compareTo(LIFE) > 0 || age.compareTo(SKEW.negated()) < 0) {
      throw Code.REPLAY.because(
          "request is " + age.toSeconds() + " s old; limit " + LIFE.toSeconds() + " s");
    }
  }
}
