package dev.sallyport.release;

import dev.sallyport.core.Digest;
import dev.sallyport.risk.History;
import dev.sallyport.risk.Reason;
import dev.sallyport.risk.Release;
import dev.sallyport.risk.Rule;
import dev.sallyport.risk.Standing;
import dev.sallyport.risk.State;
import dev.sallyport.risk.Verdict;
import dev.sallyport.risk.Waiver;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the pictures of releases that people see. */
final class Viewer {
  private final History log;
  private final Instant now;
  private final Optional<Standing> standing;

  Viewer(History log, Instant now) {
    this.log = log;
    this.now = now;
    this.standing = Standing.at(log, Standing.Since.ENTRY, now);
  }

  /** Where it stands and why, judged anew. */
  ReleaseView view(Release release) {
    Optional<Verdict> verdict = standing.map(s -> s.judge(release));
    List<Reason> why = new ArrayList<>(verdict.map(Verdict::why).orElse(List.of()));
    State state = release.state();
    if (state == State.IN_REVIEW) {
      boolean quorum = standing.filter(s -> approved(s, release, why)).isPresent();
      state = quorum ? State.APPROVED : state;
    } else if (!state.isInForce()) {
      why.add(new Reason(Rule.WITHDRAWN, "release", "is " + state + ": " + release.reason()));
    }
    return new ReleaseView(
        release.id(),
        release.request().model(),
        release.request().manifest(),
        release.request().audience(),
        release.request().zone(),
        state,
        release.reason(),
        release.requested().requester().name(),
        release.request().requested(),
        release.request().expires(),
        approvers(release),
        waivers(release),
        standing.map(s -> s.report(release.request().manifest())),
        why,
        verdict.filter(v -> why.isEmpty()).flatMap(Viewer::notAfter),
        standing.flatMap(s -> s.resumable(release)));
  }

  /** Only the dwell time, which time alone heals, holds it back. */
  private static boolean approved(Standing standing, Release release, List<Reason> why) {
    return why.isEmpty()
        || (why.stream().allMatch(r -> r.rule() == Rule.DWELL)
            && standing.quorum(release).isEmpty());
  }

  private static Optional<Instant> notAfter(Verdict verdict) {
    return verdict instanceof Verdict.Allow allow
        ? Optional.of(allow.notAfter())
        : Optional.empty();
  }

  private List<ReleaseView.Approver> approvers(Release release) {
    return release.approvals().stream()
        .map(a ->
            new ReleaseView.Approver(
                a.id(), a.approver().name(), a.approved(), a.expires(), log.isWithdrawn(a.id())))
        .toList();
  }

  private List<ReleaseView.Waived> waivers(Release release) {
    List<ReleaseView.Waived> waived = new ArrayList<>();
    for (Digest id : release.request().waivers()) {
      Waiver w = log.waiver(id).orElseThrow();
      boolean over = log.isWithdrawn(id) || !now.isBefore(w.expires());
      waived.add(new ReleaseView.Waived(id, w.control(), w.reason(), w.expires(), over));
    }
    return waived;
  }
}
