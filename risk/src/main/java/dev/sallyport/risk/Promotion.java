package dev.sallyport.risk;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One audience at a time (DESIGN §9, spec/evidence.md §3): a wider one takes a model that has been
 * in force at the next narrower for the dwell time, and whose watching controls were seen effective
 * since. A policy without dwell lets a model go straight to LIMITED, never to PUBLIC.
 *
 * @param since when the model reached the next narrower audience, or a wider one, if it is there
 */
record Promotion(Policy policy, ReleaseRequest request, Optional<Instant> since) {

  /** What speaks against it now. */
  List<Reason> against(Controls shown, Instant now) {
    Optional<Audience> narrower = request.audience().narrower();
    boolean free = policy.dwellSeconds() == 0 && request.audience() != Audience.PUBLIC;
    if (narrower.isEmpty() || free) {
      return List.of();
    }
    String place = "audience " + request.audience();
    Duration dwell = Duration.ofSeconds(policy.dwellSeconds());
    if (since.isEmpty()) {
      return List.of(
          new Reason(Rule.DWELL, place, "no release to " + narrower.get() + " is in force"));
    }
    List<Reason> against = new ArrayList<>();
    Instant from = since.get().plus(dwell);
    if (now.isBefore(from)) {
      String seen = narrower.get() + " since " + since.get() + ", may be promoted at " + from;
      against.add(new Reason(Rule.DWELL, place, seen));
    }
    against.addAll(unwatched(Rule.DWELL, policy, request, shown, since.get()));
    return against;
  }

  /** Watching controls that the audience takes and that were not seen effective since. */
  static List<Reason> unwatched(
      Rule rule, Policy policy, ReleaseRequest request, Controls shown, Instant since) {
    List<Reason> against = new ArrayList<>();
    for (String control : policy.promotion()) {
      boolean asked = policy.controls(request.zone(), request.audience()).contains(control);
      if (asked && !shown.effectiveSince(control, since)) {
        against.add(new Reason(rule, "control " + control, "not seen effective since " + since));
      }
    }
    return against;
  }
}
