package dev.sallyport.cli;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/** How fast something goes now, and how long it still takes, from what was done when. */
final class Speed {
  /** Older samples no longer say how fast it goes now. */
  private static final Duration WINDOW = Duration.ofSeconds(5);

  /** What a shorter time says about speed is noise. */
  private static final Duration LEAST = Duration.ofMillis(500);

  private static final double NANOS = 1e9;

  private final Deque<Sample> samples = new ArrayDeque<>();

  private record Sample(long nanos, long done) {}

  /**
   * Takes in that this much is done now.
   *
   * @param nanos of a clock that never goes back
   */
  void at(long nanos, long done) {
    samples.addLast(new Sample(nanos, done));
    while (samples.size() > 2 && nanos - samples.getFirst().nanos() > WINDOW.toNanos()) {
      samples.removeFirst();
    }
  }

  /** Per second, once there is enough to say so. */
  OptionalLong perSecond() {
    if (samples.isEmpty()) {
      return OptionalLong.empty();
    }
    long nanos = samples.getLast().nanos() - samples.getFirst().nanos();
    long done = samples.getLast().done() - samples.getFirst().done();
    return nanos < LEAST.toNanos()
        ? OptionalLong.empty()
        : OptionalLong.of((long) (done / (nanos / NANOS)));
  }

  /** Seconds until {@code total} is done at this speed; empty if nobody can say. */
  OptionalLong left(long total) {
    OptionalLong speed = perSecond();
    if (speed.isEmpty() || speed.getAsLong() <= 0) {
      return OptionalLong.empty();
    }
    long rest = Math.max(0, total - samples.getLast().done());
    return OptionalLong.of(Math.ceilDiv(rest, speed.getAsLong()));
  }
}
