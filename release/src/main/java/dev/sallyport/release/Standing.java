package dev.sallyport.release;

import dev.sallyport.core.Digest;
import dev.sallyport.keys.Signed;
import dev.sallyport.risk.Attested;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.ControlEvidence;
import dev.sallyport.risk.Controls;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.Gate;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Reason;
import dev.sallyport.risk.ReleaseFile;
import dev.sallyport.risk.ReleaseRequest;
import dev.sallyport.risk.Rule;
import dev.sallyport.risk.Thresholds;
import dev.sallyport.risk.Verdict;
import dev.sallyport.risk.Zone;
import dev.sallyport.risk.ZoneReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How releases stand at one instant, on everything that the log holds. The gate sees only what a
 * request lists; this also holds against a request what it leaves out.
 */
final class Standing {
  private final Projection log;
  private final Policy policy;
  private final Thresholds thresholds;
  private final Instant now;

  private Standing(Projection log, Policy policy, Thresholds thresholds, Instant now) {
    this.log = log;
    this.policy = policy;
    this.thresholds = thresholds;
    this.now = now;
  }

  /** Empty until policy and thresholds are in force. */
  static Optional<Standing> at(Projection log, Instant now) {
    return log.policy()
        .flatMap(
            p -> log.thresholds().map(t -> new Standing(log, p.document(), t.document(), now)));
  }

  Policy policy() {
    return policy;
  }

  Thresholds thresholds() {
    return thresholds;
  }

  Instant now() {
    return now;
  }

  /** The evidence about a model, or about the installation's controls. */
  List<Attested> evidenceAbout(Digest manifest) {
    return log.standingEvidence().stream().filter(a -> concerns(a, manifest)).toList();
  }

  private boolean concerns(Attested a, Digest manifest) {
    return switch (a.evidence()) {
      case Evaluation e -> e.manifest().equals(manifest);
      case ControlEvidence c ->
          c.subjectDigest().equals(manifest)
              || (c.subject().equals(ControlEvidence.INSTALLATION)
                  && c.subjectDigest().equals(log.root().id()));
    };
  }

  /** The zones on all evidence, fresh or not. */
  ZoneReport report(Digest manifest) {
    return ZoneReport.of(thresholds, evidenceAbout(manifest), log.withdrawn(), now);
  }

  /** What the gate says, and what the rest of the log holds against the release. */
  Verdict judge(Release release) {
    return judge(release.filed().signed(), release.request(), fit(release));
  }

  /** As {@link #judge(Release)}, for a request that is not in the log yet. */
  Verdict judge(Signed signed, ReleaseRequest request, List<Signed> approvals) {
    List<Signed> listed = new ArrayList<>();
    for (Digest id : request.evidence()) {
      log.evidence(id).ifPresent(held -> listed.add(held.filed().signed()));
    }
    Verdict verdict = Gate.judge(file(signed, listed, approvals), now);
    List<Reason> against = leftOut(request);
    if (against.isEmpty()) {
      return verdict;
    }
    if (verdict instanceof Verdict.Deny deny) {
      against.addAll(0, deny.reasons());
    }
    return new Verdict.Deny(against);
  }

  private ReleaseFile file(Signed request, List<Signed> evidence, List<Signed> approvals) {
    return new ReleaseFile(
        log.root(),
        signed(log.policy()),
        signed(log.thresholds()),
        request,
        evidence,
        approvals,
        log.withdrawn());
  }

  private static Signed signed(Optional<? extends Projection.InForce<?>> document) {
    return document.orElseThrow().filed().signed();
  }

  /** Approvals that keyd would accept: none that was withdrawn. */
  List<Signed> fit(Release release) {
    return release.approvals().stream()
        .map(Filed::signed)
        .filter(s -> !log.withdrawn().contains(s.id()))
        .toList();
  }

  /** What evidence in the log, listed or not, says against the request. */
  private List<Reason> leftOut(ReleaseRequest request) {
    List<Reason> against = new ArrayList<>();
    report(request.manifest())
        .areas()
        .forEach((area, zone) -> {
          Zone stated = request.areas().getOrDefault(area, Zone.GREEN);
          if (zone.worseThan(stated)) {
            against.add(
                new Reason(
                    Rule.ZONE,
                    "area " + area,
                    "is " + zone + " on all evidence, request says " + stated));
          }
        });
    against.addAll(missingControls(request.manifest(), request.zone(), request.audience()));
    return against;
  }

  List<Reason> missingControls(Digest manifest, Zone zone, Audience audience) {
    Controls controls = Controls.of(evidenceAbout(manifest), log.withdrawn(), now);
    List<Reason> missing = new ArrayList<>();
    for (String control : policy.controls(zone, audience)) {
      if (!controls.effective(control)) {
        missing.add(new Reason(Rule.CONTROL, "control " + control, "is not effective now"));
      }
    }
    return missing;
  }

  /**
   * One audience at a time (DESIGN §9): empty if a release of this model that is ACTIVE now has
   * reached the next narrower audience for the dwell time. A policy without dwell lets a model go
   * straight to LIMITED, never to PUBLIC.
   */
  Optional<Reason> dwell(Digest manifest, Audience audience) {
    Optional<Audience> narrower = audience.narrower();
    boolean free = policy.dwellSeconds() == 0 && audience != Audience.PUBLIC;
    if (narrower.isEmpty() || free) {
      return Optional.empty();
    }
    Instant since = now.minus(Duration.ofSeconds(policy.dwellSeconds()));
    boolean dwelled =
        log.releases().stream()
            .filter(r -> r.state() == State.ACTIVE)
            .filter(r -> r.request().manifest().equals(manifest))
            .filter(r -> !narrower.get().widerThan(r.request().audience()))
            .anyMatch(r -> r.activated().filter(t -> !t.isAfter(since)).isPresent());
    return dwelled
        ? Optional.empty()
        : Optional.of(
            new Reason(
                Rule.DWELL,
                "audience " + audience,
                "no release to " + narrower.get() + " active for " + policy.dwellSeconds() + " s"));
  }
}
