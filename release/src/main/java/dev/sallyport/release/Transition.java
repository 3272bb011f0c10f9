package dev.sallyport.release;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.risk.EntryType;
import dev.sallyport.risk.History;
import dev.sallyport.risk.Reason;
import dev.sallyport.risk.Release;
import dev.sallyport.risk.Standing;
import dev.sallyport.risk.State;
import dev.sallyport.risk.Verdict;
import java.util.Optional;

/** An entry that time or an earlier entry makes due; it takes effect when it is in the log. */
record Transition(String type, Json.Obj data) {

  /** The next transition of a release, if one is due. */
  static Optional<Transition> due(Release release, Standing standing, History log) {
    State state = release.state();
    if (state.isFinal()) {
      return Optional.empty();
    }
    boolean stopped = log.isWithdrawn(release.id());
    if (stopped && (state.isInForce() || state == State.SUSPENDED)) {
      return of(EntryType.RELEASE_REVOKED, release, "withdrawn", standing);
    }
    if (!standing.now().isBefore(release.request().expires())) {
      return of(EntryType.RELEASE_EXPIRED, release, "expired", standing);
    }
    return switch (state) {
      case IN_REVIEW -> activation(release, standing);
      case ACTIVE -> suspension(release, standing).or(() -> promotion(release, standing, log));
      case PROMOTED -> suspension(release, standing);
      case EVIDENCE_PENDING, ASSESSED, APPROVED, SUSPENDED -> Optional.empty();
      case REVOKED, EXPIRED, REJECTED, WITHDRAWN -> Optional.empty();
    };
  }

  private static Optional<Transition> activation(Release release, Standing standing) {
    Verdict verdict = standing.judge(release);
    return verdict instanceof Verdict.Allow
        ? decided(EntryType.RELEASE_ACTIVATED, release, "approved by quorum", standing, verdict)
        : Optional.empty();
  }

  /** INVARIANT: machines only tighten (DESIGN invariant 4); no entry by itself leads back. */
  private static Optional<Transition> suspension(Release release, Standing standing) {
    Verdict verdict = standing.judge(release);
    return verdict.why().stream()
        .findFirst()
        .map(Reason::text)
        .flatMap(why -> decided(EntryType.RELEASE_SUSPENDED, release, why, standing, verdict));
  }

  /** A release to a wider audience has come into force: this one goes on for its own. */
  private static Optional<Transition> promotion(Release release, Standing standing, History log) {
    return log.releases(release.request().manifest()).stream()
        .filter(r -> r.state().isInForce())
        .filter(r -> r.request().audience().widerThan(release.request().audience()))
        .findFirst()
        .map(wider -> {
          Json.Obj data =
              Json.obj()
                  .put("release", release.id())
                  .put("to", wider.id())
                  .put("reason", "promoted to " + wider.request().audience())
                  .put("at", standing.now())
                  .build();
          return new Transition(EntryType.RELEASE_PROMOTED, data);
        });
  }

  private static Optional<Transition> of(
      String type, Release release, String reason, Standing standing) {
    Json.Obj data =
        Json.obj()
            .put("release", release.id())
            .put("reason", reason)
            .put("at", standing.now())
            .build();
    return Optional.of(new Transition(type, data));
  }

  /** With the decision that it follows from, so that anybody can judge again ({@link Replay}). */
  private static Optional<Transition> decided(
      String type, Release release, String reason, Standing standing, Verdict verdict) {
    Digest decision = Digest.of(verdict.toJson().canonical());
    Json.Obj data =
        Json.obj()
            .put("release", release.id())
            .put("reason", reason)
            .put("at", standing.now())
            .put("verdict", decision)
            .build();
    return Optional.of(new Transition(type, data));
  }
}
