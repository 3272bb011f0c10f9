package dev.sallyport.gateway;

import dev.sallyport.core.Json;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Writes {@code request.refused}. One entry per refusal for a principal that behaves; beyond
 * {@value #SINGLY} in one window, and for callers without a valid key, one entry with a {@code
 * count} per window, so that nobody can fill the log by being refused. Thread-safe.
 */
final class RefusalLog {
  /** Length of a window, in seconds; its owner calls {@link #flush} that often. */
  static final int WINDOW_SECONDS = 10;

  /** Entries of its own per principal and window. */
  static final int SINGLY = 20;

  private static final System.Logger LOG = System.getLogger(RefusalLog.class.getName());

  private record Key(String principal, int status, String code) {}

  private final Recorder recorder;
  private final Map<String, Integer> singles = new HashMap<>();
  private final Map<Key, Long> counts = new HashMap<>();

  RefusalLog(Recorder recorder) {
    this.recorder = recorder;
  }

  /** Counts a refusal of someone without a valid key. */
  synchronized void anonymous(Refusal refusal) {
    counts.merge(new Key("", refusal.status(), refusal.code()), 1L, Long::sum);
  }

  /**
   * Records a refusal of someone known.
   *
   * @param model empty if the request named no model that exists
   * @return completes when the refusal is in the log or is counted for the window's entry
   */
  CompletionStage<Void> record(String id, String principal, String model, Refusal refusal) {
    synchronized (this) {
      if (singles.merge(principal, 1, Integer::sum) > SINGLY) {
        counts.merge(new Key(principal, refusal.status(), refusal.code()), 1L, Long::sum);
        return CompletableFuture.completedFuture(null);
      }
    }
    return recorder.record(
        "request.refused", entry(id, principal, model, refusal.status(), refusal.code()).build());
  }

  /** Ends the window: writes what was counted. What cannot be written is counted again. */
  void flush() {
    Map<Key, Long> due;
    synchronized (this) {
      due = Map.copyOf(counts);
      counts.clear();
      singles.clear();
    }
    due.forEach(this::writeCount);
  }

  private void writeCount(Key key, long count) {
    Json.Obj entry = entry("", key.principal, "", key.status, key.code).put("count", count).build();
    recorder
        .record("request.refused", entry)
        .whenComplete((nothing, failure) -> {
          if (failure != null) {
            LOG.log(System.Logger.Level.WARNING, "refusals-not-recorded count=" + count);
            synchronized (this) {
              counts.merge(key, count, Long::sum);
            }
          }
        });
  }

  private static Json.Builder entry(
      String id, String principal, String model, int status, String code) {
    return Json.obj()
        .put("request", id)
        .put("principal", principal)
        .put("model", model)
        .put("status", status)
        .put("code", code)
        .put("promptTokens", 0)
        .put("completionTokens", 0)
        .put("bytes", 0);
  }
}
