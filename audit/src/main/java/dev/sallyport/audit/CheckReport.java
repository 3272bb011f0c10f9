package dev.sallyport.audit;

import dev.sallyport.audit.LogCheck.Check;
import java.util.ArrayList;
import java.util.List;

/** Collects what a verification did and found. */
final class CheckReport {
  private final List<Check> checks = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private long entries;
  private long tiles;
  private long envelopes;

  void done(Check check) {
    checks.add(check);
  }

  void failed(String failure) {
    // Bounded: one flipped byte can spoil every later entry. That there are failures never gets
    // lost.
    if (failures.size() < LogCheck.MAX_FAILURES) {
      failures.add(failure);
    }
  }

  void countEntry() {
    entries++;
  }

  void countTile() {
    tiles++;
  }

  void countEnvelope() {
    envelopes++;
  }

  LogCheck result() {
    return new LogCheck(entries, tiles, envelopes, checks, failures);
  }
}
