package dev.sallyport.release;

import dev.sallyport.audit.Entry;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.risk.EntryType;
import dev.sallyport.risk.Reason;
import dev.sallyport.risk.Release;
import dev.sallyport.risk.Rule;
import dev.sallyport.risk.Standing;
import dev.sallyport.risk.State;
import dev.sallyport.risk.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers by which rules the gate holds each release under review, as the log last says, and has
 * a change of that written down: that a release still waits, and for what else, is a decision. An
 * entry is due only when the rules differ, so time passing and reasons reworded write nothing, and
 * a minute after the last one at the earliest. Guarded by its owner's lock.
 */
final class Waits {
  private static final Duration PAUSE = Duration.ofMinutes(1);

  /** What a request that was taken in waits for. */
  private static final Said ASKED = new Said(Rule.QUORUM.name(), Instant.MIN);

  private record Said(String rules, Instant at) {}

  private final Map<Digest, Said> held = new HashMap<>();

  /** Takes in an entry of the log. */
  void apply(Entry entry) throws BadInput {
    switch (entry.type()) {
      case EntryType.RELEASE_REQUESTED ->
          held.put(Envelope.parse(entry.data().object("envelope")).id(), ASKED);
      case EntryType.RELEASE_HELD ->
          held.put(
              entry.data().digest("release"),
              new Said(entry.data().string("rules"), entry.data().instant("at")));
      default -> {
        // Says nothing about what holds a release.
      }
    }
  }

  /** The entry that says what holds a release now, if that is news. */
  Optional<Transition> due(Release release, Standing standing) {
    Said said = held.getOrDefault(release.id(), ASKED);
    boolean soon = !said.equals(ASKED) && standing.now().isBefore(said.at.plus(PAUSE));
    if (release.state() != State.IN_REVIEW || soon) {
      return Optional.empty();
    }
    Verdict verdict = standing.judge(release);
    return rules(verdict).equals(said.rules)
        ? Optional.empty()
        : Optional.of(held(release, standing));
  }

  /** What the gate says of a release under review, as an entry. */
  static Transition held(Release release, Standing standing) {
    Verdict verdict = standing.judge(release);
    Json.Obj data =
        Json.obj()
            .put("release", release.id())
            .put("rules", rules(verdict))
            .put("at", standing.now())
            .put("verdict", Digest.of(verdict.toJson().canonical()))
            .build();
    return new Transition(EntryType.RELEASE_HELD, data);
  }

  private static String rules(Verdict verdict) {
    return String.join(
        " ", verdict.why().stream().map(Reason::rule).map(Enum::name).distinct().sorted().toList());
  }
}
