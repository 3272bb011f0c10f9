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
  /**
   * The statement that decides about a control.
   *
   * @param until when it says nothing any more, by its own word or the policy's
   * @param effective whether it speaks well, still counts and was not taken back
   */
  public record Word(Attested said, Instant until, boolean effective) {
    private Instant observed() {
      return said.evidence().observed();
    }
  }

  private final Map<String, Word> latest = new HashMap<>();

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
        controls.latest.merge(e.control(), new Word(a, until, good), Controls::later);
      }
    }
    return controls;
  }

  public boolean effective(String control) {
    return word(control).filter(Word::effective).isPresent();
  }

  /** What decides about a control; empty if nobody whose word counts has spoken. */
  public Optional<Word> word(String control) {
    return Optional.ofNullable(latest.get(control));
  }

  /** Until when the control is effective if nothing else is said of it; empty if it is not. */
  public Optional<Instant> until(String control) {
    return word(control).filter(Word::effective).map(Word::until);
  }

  /** Whether what speaks well of the control was seen at this instant or later. */
  boolean effectiveSince(String control, Instant since) {
    return word(control).filter(w -> w.effective && !w.observed().isBefore(since)).isPresent();
  }

  private static Word later(Word a, Word b) {
    int order = a.observed().compareTo(b.observed());
    if (order == 0) {
      boolean bothGood = a.effective && b.effective;
      return bothGood ? (a.until.isBefore(b.until) ? a : b) : a.effective ? b : a;
    }
    return order > 0 ? a : b;
  }
}
