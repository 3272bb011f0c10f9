package dev.sallyport.risk;

import dev.sallyport.core.Digest;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which controls are effective now. The latest statement about a control decides; of several at one
 * instant the worst. A latest statement that was withdrawn, has lapsed or says "not effective"
 * means not effective: an older, better one does not come back. One that speaks well of a control
 * counts only if it is of a kind and of people that the policy admits; one that speaks ill always
 * counts.
 */
public final class Controls {
  private record Latest(Instant observed, Instant until, boolean good) {}

  private final Map<String, Latest> latest = new HashMap<>();

  private Controls() {}

  /** Reads the control evidence among {@code evidence}. */
  public static Controls of(
      Policy policy, List<Attested> evidence, Set<Digest> withdrawn, Instant now) {
    Controls controls = new Controls();
    for (Attested a : evidence) {
      if (a.evidence() instanceof ControlEvidence e) {
        ControlRule rule = policy.controlRule(e.control());
        if (e.effective() && !rule.admits(a.assessors(), e)) {
          continue;
        }
        Instant until = rule.until(e);
        boolean good =
            e.effective()
                && !withdrawn.contains(a.id())
                && Freshness.of(e.observed(), until, now) == Freshness.FRESH;
        controls.latest.merge(e.control(), new Latest(e.observed(), until, good), Controls::later);
      }
    }
    return controls;
  }

  public boolean effective(String control) {
    Latest found = latest.get(control);
    return found != null && found.good;
  }

  /** Until when the control is effective if nothing else is said of it; empty if it is not. */
  public Optional<Instant> until(String control) {
    return Optional.ofNullable(latest.get(control)).filter(Latest::good).map(Latest::until);
  }

  /** Whether what speaks well of the control was seen at this instant or later. */
  boolean effectiveSince(String control, Instant since) {
    Latest found = latest.get(control);
    return found != null && found.good && !found.observed.isBefore(since);
  }

  private static Latest later(Latest a, Latest b) {
    int order = a.observed.compareTo(b.observed);
    if (order == 0) {
      Instant until = a.until.isBefore(b.until) ? a.until : b.until;
      return new Latest(a.observed, until, a.good && b.good);
    }
    return order > 0 ? a : b;
  }
}
