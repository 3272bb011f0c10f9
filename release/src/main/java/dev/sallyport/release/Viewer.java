package dev.sallyport.release;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.risk.Approval;
import dev.sallyport.risk.Reason;
import dev.sallyport.risk.Rule;
import dev.sallyport.risk.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes the pictures of releases that people see. */
final class Viewer {
  private final Projection log;
  private final Optional<Standing> standing;

  Viewer(Projection log, Instant now) {
    this.log = log;
    this.standing = Standing.at(log, now);
  }

  ReleaseView view(Release release) {
    Optional<Verdict> verdict = standing.map(s -> s.judge(release));
    List<Reason> why = new ArrayList<>(verdict.map(Verdict::why).orElse(List.of()));
    State state = release.state();
    if (state == State.IN_REVIEW) {
      dwell(release).ifPresent(why::add);
      state = verdict.filter(v -> v instanceof Verdict.Allow).isPresent() ? State.APPROVED : state;
    } else if (state != State.ACTIVE) {
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
        release.filed().signed().signers().getFirst().name(),
        release.request().requested(),
        release.request().expires(),
        approvers(release),
        standing.map(s -> s.report(release.request().manifest())),
        why,
        verdict.filter(v -> why.isEmpty()).flatMap(Viewer::notAfter));
  }

  private static Optional<Instant> notAfter(Verdict verdict) {
    return verdict instanceof Verdict.Allow allow
        ? Optional.of(allow.notAfter())
        : Optional.empty();
  }

  private Optional<Reason> dwell(Release release) {
    return standing.flatMap(
        s -> s.dwell(release.request().manifest(), release.request().audience()));
  }

  private List<ReleaseView.Approver> approvers(Release release) {
    Set<Digest> withdrawn = log.withdrawn();
    List<ReleaseView.Approver> approvers = new ArrayList<>();
    for (Filed filed : release.approvals()) {
      Approval a = parsed(filed);
      approvers.add(
          new ReleaseView.Approver(
              a.id(), a.approver().name(), a.approved(), a.expires(), withdrawn.contains(a.id())));
    }
    return approvers;
  }

  private static Approval parsed(Filed filed) {
    try {
      return Approval.parse(filed.signed());
    } catch (BadInput e) {
      throw new IllegalStateException("internal error: approval in the log was not parsed", e);
    }
  }
}
