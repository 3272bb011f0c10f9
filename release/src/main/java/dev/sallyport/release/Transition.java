package dev.sallyport.release;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.risk.Reason;
import dev.sallyport.risk.Verdict;
import java.util.Optional;

/** An entry that time or an earlier entry makes due; it takes effect when it is in the log. */
record Transition(String type, Json.Obj data) {

  private static Optional<Transition> of(String type, Digest release, String reason) {
    Json.Obj data = Json.obj().put("release", release).put("reason", reason).build();
    return Optional.of(new Transition(type, data));
  }

  /** The next transition of a release, if one is due. */
  static Optional<Transition> due(Release release, Standing standing, Projection log) {
    State state = release.state();
    if (state.isFinal()) {
      return Optional.empty();
    }
    boolean stopped = log.withdrawn().contains(release.id());
    if (stopped && (state == State.ACTIVE || state == State.SUSPENDED)) {
      return of(EntryType.RELEASE_REVOKED, release.id(), "withdrawn");
    }
    if (!standing.now().isBefore(release.request().expires())) {
      return of(EntryType.RELEASE_EXPIRED, release.id(), "expired");
    }
    return switch (state) {
      case IN_REVIEW -> activation(release, standing);
      case ACTIVE -> suspension(release, standing);
      case EVIDENCE_PENDING, ASSESSED, APPROVED, SUSPENDED -> Optional.empty();
      case REVOKED, EXPIRED, REJECTED, WITHDRAWN -> Optional.empty();
    };
  }

  private static Optional<Transition> activation(Release release, Standing standing) {
    boolean allowed =
        standing.judge(release) instanceof Verdict.Allow
            && standing.dwell(release.request().manifest(), release.request().audience()).isEmpty();
    return allowed
        ? of(EntryType.RELEASE_ACTIVATED, release.id(), "approved by quorum")
        : Optional.empty();
  }

  /** INVARIANT: machines only tighten (DESIGN invariant 4); no entry by itself leads back. */
  private static Optional<Transition> suspension(Release release, Standing standing) {
    return standing.judge(release).why().stream()
        .findFirst()
        .map(Reason::text)
        .flatMap(why -> of(EntryType.RELEASE_SUSPENDED, release.id(), why));
  }
}
