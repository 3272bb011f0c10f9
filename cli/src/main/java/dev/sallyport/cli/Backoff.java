package dev.sallyport.cli;

import java.time.Duration;

/** How long to wait before a crashed process is started again: doubling, at most 10 s. */
final class Backoff {
  private static final Duration FIRST = Duration.ofMillis(250);
  private static final Duration MOST = Duration.ofSeconds(10);

  /** A process that lived this long has recovered: the next crash starts anew. */
  private static final Duration STEADY = Duration.ofSeconds(30);

  private Duration next = FIRST;

  /** The pause after a process that lived for {@code lived}. */
  Duration after(Duration lived) {
    if (lived.compareTo(STEADY) >= 0) {
      next = FIRST;
    }
    Duration pause = next;
    next = next.multipliedBy(2).compareTo(MOST) > 0 ? MOST : next.multipliedBy(2);
    return pause;
  }
}
