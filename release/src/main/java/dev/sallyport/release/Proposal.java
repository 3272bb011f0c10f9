package dev.sallyport.release;

import dev.sallyport.core.Digest;
import dev.sallyport.risk.Attested;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.ControlEvidence;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.History;
import dev.sallyport.risk.Reason;
import dev.sallyport.risk.ReleaseRequest;
import dev.sallyport.risk.Rule;
import dev.sallyport.risk.Standing;
import dev.sallyport.risk.Waiver;
import dev.sallyport.risk.Zone;
import dev.sallyport.risk.ZoneReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Drafts a request: the zones are those on all evidence; listed is only what decides, so that
 * nothing lapses earlier than it must.
 */
final class Proposal {
  private final Standing standing;
  private final History log;

  Proposal(Standing standing, History log) {
    this.standing = standing;
    this.log = log;
  }

  ProposedRequest draft(
      String model, Digest manifest, Audience audience, Optional<Digest> resumes, Instant expires) {
    ZoneReport report = standing.report(manifest);
    Zone zone = report.zone();
    ReleaseRequest request =
        new ReleaseRequest(
            model,
            manifest,
            audience,
            zone,
            report.areas(),
            listed(manifest, zone, audience),
            waivers(manifest, zone, audience),
            resumes,
            ReleaseRequest.Pin.of(standing.thresholds()),
            ReleaseRequest.Pin.of(standing.policy()),
            log.root().id(),
            standing.now(),
            expires);
    return new ProposedRequest(request, report, lacking(request));
  }

  private List<Reason> lacking(ReleaseRequest r) {
    List<Reason> lacking = new ArrayList<>();
    if (!standing.policy().permits(r.zone(), r.audience())) {
      lacking.add(
          new Reason(Rule.AUDIENCE, "audience", r.audience() + " asked for zone " + r.zone()));
    } else {
      lacking.addAll(standing.missingControls(r));
    }
    lacking.addAll(standing.promotion(r));
    if (!standing.now().isBefore(r.expires())) {
      lacking.add(new Reason(Rule.REQUEST_TIME, "expires", r.expires() + " is past"));
    }
    return lacking;
  }

  private SortedSet<Digest> listed(Digest manifest, Zone zone, Audience audience) {
    List<Attested> fresh = standing.fresh(manifest);
    TreeSet<Digest> ids = new TreeSet<>();
    ZoneReport.of(
            standing.thresholds(),
            fresh.stream().filter(this::hasSamples).toList(),
            Set.of(),
            standing.now())
        .lines()
        .forEach(line -> line.evidence().ifPresent(ids::add));
    for (String control : standing.policy().controls(zone, audience)) {
      fresh.stream()
          .filter(a -> a.evidence() instanceof ControlEvidence c && c.control().equals(control))
          .max(
              Comparator.comparing((Attested a) -> a.evidence().observed())
                  .thenComparing(a -> a.evidence().validUntil())
                  .thenComparing(Attested::id))
          .ifPresent(a -> ids.add(a.id()));
    }
    return ids;
  }

  /** The one that lasts longest for each control that is required and not effective. */
  private SortedSet<Digest> waivers(Digest manifest, Zone zone, Audience audience) {
    TreeSet<Digest> ids = new TreeSet<>();
    SortedSet<String> missing = standing.ineffective(manifest, zone, audience);
    for (String control : missing) {
      log.waivers(manifest).stream()
          .filter(w -> w.control().equals(control) && covers(w, zone, audience))
          .max(Comparator.comparing(Waiver::expires).thenComparing(Waiver::id))
          .ifPresent(w -> ids.add(w.id()));
    }
    return ids;
  }

  private boolean covers(Waiver w, Zone zone, Audience audience) {
    return !log.isWithdrawn(w.id())
        && standing.now().isBefore(w.expires())
        && !zone.worseThan(w.zone())
        && !audience.widerThan(w.audience());
  }

  private boolean hasSamples(Attested a) {
    return a.evidence() instanceof Evaluation e
        && standing
            .thresholds()
            .criterionOf(e)
            .filter(c -> e.samples() >= c.minimumSamples())
            .isPresent();
  }
}
