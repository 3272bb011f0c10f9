package dev.sallyport.keyd;

import dev.sallyport.core.Refusal;
import java.time.Duration;
import java.time.Instant;

/** That a request is of now, and was not made before (spec/key-release.md §4.3). */
final class Fresh {
  /** Oldest request that is answered. */
  static final Duration LIFE = Duration.ofSeconds(60);

  /** How far the clock of whoever asks may be ahead. */
  static final Duration SKEW = Duration.ofSeconds(5);

  private Fresh() {}

  /** The caller remembers the nonce in the same change of the memory. */
  static void require(Instant at, String nonce, Memory memory, Instant now) throws Refusal {
    Duration age = Duration.between(at, now);
    Code.REQUEST.require(
        age.compareTo(LIFE) <= 0 && age.compareTo(SKEW.negated()) >= 0,
        "request is " + age.toSeconds() + " s old; limit " + LIFE.toSeconds() + " s");
    Code.REPLAY.require(
        !memory.nonces().containsKey(nonce), "nonce of the request was used before");
    Code.REPLAY.require(
        memory.nonces().size() < Memory.MAX_NONCES, "too many requests within a few minutes");
  }
}
