package dev.sallyport.gateway;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Counts requests in flight per principal. Thread-safe. */
final class Slots {
  private final ConcurrentMap<String, Integer> taken = new ConcurrentHashMap<>();

  /** Takes a slot if fewer than {@code most} are taken; each success needs one {@link #leave}. */
  boolean enter(String principal, int most) {
    int[] before = new int[1];
    taken.compute(
        principal,
        (name, n) -> {
          before[0] = n == null ? 0 : n;
          return before[0] < most ? Integer.valueOf(before[0] + 1) : n;
        });
    return before[0] < most;
  }

  void leave(String principal) {
    taken.computeIfPresent(principal, (name, n) -> n == 1 ? null : Integer.valueOf(n - 1));
  }
}
