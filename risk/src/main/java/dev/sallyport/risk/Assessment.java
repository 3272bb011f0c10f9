package dev.sallyport.risk;

import dev.sallyport.core.Digest;
import dev.sallyport.risk.ZoneReport.AreaZone;
import dev.sallyport.risk.ZoneReport.Cause;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Collects the evaluations of one criterion; the order in which they come does not matter. */
final class Assessment {
  private final Criterion criterion;
  private @Nullable Digest worstId;
  private @Nullable Score worst;
  private Zone shown = Zone.GREEN;
  private boolean speaks;
  private boolean sawWithdrawn;
  private boolean sawThin;

  Assessment(Criterion criterion) {
    this.criterion = criterion;
  }

  void add(Digest id, Evaluation e, boolean withdrawn, Instant now) {
    boolean fresh = Freshness.of(e, now) == Freshness.FRESH;
    boolean enough = e.samples() >= criterion.minimumSamples();
    speaks |= fresh && enough && !withdrawn;
    sawWithdrawn |= withdrawn;
    sawThin |= fresh && !enough && !withdrawn;
    shown = shown.or(criterion.shown(e));
    Score score = criterion.direction().worstOf(e);
    if (decides(id, score)) {
      worst = score;
      worstId = id;
    }
  }

  private boolean decides(Digest id, Score score) {
    if (worst == null || worstId == null) {
      return true;
    }
    // Positive if the one that decided so far is on the good side of this one.
    int order = criterion.direction().margin(worst, score).compareTo(Score.ZERO);
    return order > 0 || (order == 0 && id.compareTo(worstId) < 0);
  }

  AreaZone result() {
    Zone zone = speaks ? shown : shown.or(Zone.INDETERMINATE);
    Score line = shown == Zone.GREEN ? criterion.yellow() : criterion.red();
    return new AreaZone(
        criterion,
        zone,
        cause(),
        Optional.ofNullable(worstId),
        Optional.ofNullable(worst),
        Optional.ofNullable(worst).map(w -> criterion.direction().margin(w, line)));
  }

  private Cause cause() {
    if (speaks) {
      return Cause.SHOWN;
    }
    if (worst == null) {
      return Cause.MISSING;
    }
    if (sawThin) {
      return Cause.UNDER_SAMPLED;
    }
    return sawWithdrawn ? Cause.WITHDRAWN : Cause.STALE;
  }
}
