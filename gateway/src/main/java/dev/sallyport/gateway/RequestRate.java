package dev.sallyport.gateway;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Token buckets of requests: a minute's worth of burst, refilled evenly. In memory only, since a
 * minute after a restart they would be full again. Thread-safe.
 */
final class RequestRate {
  private static final double MINUTE_MILLIS = 60_000;
  private static final int SWEEP_ABOVE = 1024;

  /**
   * What became of one request.
   *
   * @param remaining requests that may follow at once
   * @param reset until the next request fits, if this one did not; else until the bucket is full
   */
  record Verdict(boolean taken, int limit, long remaining, Duration reset) {}

  private static final class Bucket {
    private double level;
    private long at;
  }

  private final Clock clock;
  private final Map<String, Bucket> buckets = new HashMap<>();
  private int sweepAbove = SWEEP_ABOVE;

  RequestRate(Clock clock) {
    this.clock = clock;
  }

  synchronized Verdict take(String key, int perMinute) {
    long now = clock.millis();
    Bucket bucket = buckets.computeIfAbsent(key, k -> full(now, perMinute));
    refill(bucket, now, perMinute);
    boolean taken = bucket.level >= 1;
    bucket.level -= taken ? 1 : 0;
    double missing = taken ? perMinute - bucket.level : 1 - bucket.level;
    long wait = perMinute == 0 ? 60_000 : (long) Math.ceil(missing * MINUTE_MILLIS / perMinute);
    sweep(now);
    return new Verdict(taken, perMinute, (long) bucket.level, Duration.ofMillis(wait));
  }

  private static Bucket full(long now, int perMinute) {
    Bucket bucket = new Bucket();
    bucket.level = perMinute;
    bucket.at = now;
    return bucket;
  }

  private static void refill(Bucket bucket, long now, int perMinute) {
    // A clock set back must not mint requests, nor take them away.
    double gained = Math.max(0, now - bucket.at) * perMinute / MINUTE_MILLIS;
    bucket.level = Math.min(perMinute, bucket.level + gained);
    bucket.at = now;
  }

  /** A full bucket says nothing; forget it. Amortised: doubles the mark if most are in use. */
  private void sweep(long now) {
    if (buckets.size() > sweepAbove) {
      buckets.values().removeIf(b -> now - b.at > MINUTE_MILLIS);
      sweepAbove = Math.max(SWEEP_ABOVE, 2 * buckets.size());
    }
  }
}
