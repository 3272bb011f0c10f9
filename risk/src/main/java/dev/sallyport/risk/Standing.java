package dev.sallyport.risk;

import dev.sallyport.core.Digest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;

/**
 * How releases stand at one instant, on everything that the log holds. It makes the file on which
 * {@link Gate} judges; server and keyd each make their own.
 */
public final class Standing {
  private final History log;
  private final Enacted<Policy> policy;
  private final Enacted<Thresholds> thresholds;
  private final Since since;
  private final Instant now;

  /** From when on a release counts as in force, in the view of who judges. */
  public interface Since {
    /** As the entry says by which it came into force. */
    Since ENTRY =
        new Since() {
          @Override
          public Optional<Instant> of(Release release) {
            return release.activated();
          }

          @Override
          public Optional<Instant> once(Release release) {
            return release.activated();
          }
        };

    /** Of a release that is in force. */
    Optional<Instant> of(Release release);

    /** Of a release that is in force or was. */
    Optional<Instant> once(Release release);
  }

  private Standing(
      History log,
      Enacted<Policy> policy,
      Enacted<Thresholds> thresholds,
      Since since,
      Instant now) {
    this.log = log;
    this.policy = policy;
    this.thresholds = thresholds;
    this.since = since;
    this.now = now;
  }

  /** Empty until policy and thresholds are in force. */
  public static Optional<Standing> at(History log, Since since, Instant now) {
    return log.policy()
        .flatMap(p -> log.thresholds().map(t -> new Standing(log, p, t, since, now)));
  }

  public Policy policy() {
    return policy.document();
  }

  public Thresholds thresholds() {
    return thresholds.document();
  }

  public Instant now() {
    return now;
  }

  /** The zones on all evidence about a model, fresh or not. */
  public ZoneReport report(Digest manifest) {
    List<Attested> about = log.evidenceAbout(manifest);
    return ZoneReport.of(thresholds(), about, withdrawn(about), now);
  }

  /** The evidence about a model or the installation that counts now. */
  public List<Attested> fresh(Digest manifest) {
    return log.evidenceAbout(manifest).stream()
        .filter(a -> !log.isWithdrawn(a.id()))
        .filter(a -> now.isBefore(Judgement.until(policy(), a)))
        .filter(this::counts)
        .toList();
  }

  private boolean counts(Attested a) {
    return switch (a.evidence()) {
      case Evaluation e -> true;
      case ControlEvidence c ->
          !c.effective() || policy().controlRule(c.control()).admits(a.assessors(), c);
    };
  }

  /** What the gate says of a release in the log. */
  public Verdict judge(Release release) {
    return Gate.judge(file(release), now);
  }

  /** As {@link #judge(Release)}, on other approvals than it has. */
  public Verdict judge(Release release, List<Approval> approvals) {
    return Gate.judge(file(release.requested(), approvals, step(release)), now);
  }

  /** As {@link #judge(Release)}, for a request that is not in the log yet. */
  public Verdict judge(Requested request, List<Approval> approvals) {
    return Gate.judge(file(request, approvals, asked(request.request())), now);
  }

  /** What the quorum of a release lacks, whatever else speaks against it. */
  public List<Reason> quorum(Release release) {
    return new Approvals(file(release), now).verdict().why();
  }

  /** The file of a release in the log, without approvals that were withdrawn. */
  public ReleaseFile file(Release release) {
    List<Approval> given =
        release.approvals().stream().filter(a -> !log.isWithdrawn(a.id())).toList();
    return file(release.requested(), given, step(release));
  }

  private Circumstances.Step step(Release release) {
    boolean taken = release.state().isInForce() && since.of(release).isPresent();
    return taken ? new Circumstances.Step.Taken() : asked(release.request());
  }

  private ReleaseFile file(Requested asked, List<Approval> approvals, Circumstances.Step step) {
    ReleaseRequest request = asked.request();
    List<Attested> listed = new ArrayList<>();
    request.evidence().forEach(id -> log.evidence(id).ifPresent(listed::add));
    List<Waiver> waivers = new ArrayList<>();
    request.waivers().forEach(id -> log.waiver(id).ifPresent(waivers::add));
    List<Attested> about = log.evidenceAbout(request.manifest());
    Set<Digest> withdrawn = withdrawn(about);
    withdrawn.addAll(withdrawn(listed));
    withdrawn.addAll(log.withdrawn(request.waivers()));
    withdrawn.addAll(log.withdrawn(List.of(asked.id())));
    withdrawn.addAll(log.withdrawn(approvals.stream().map(Approval::id).toList()));
    return new ReleaseFile(
        log.root(),
        policy,
        thresholds,
        asked,
        listed,
        approvals,
        waivers,
        new Circumstances(withdrawn, about, log.failing(request.manifest()), step));
  }

  private Set<Digest> withdrawn(Collection<Attested> evidence) {
    return log.withdrawn(evidence.stream().map(Attested::id).toList());
  }

  private Circumstances.Step asked(ReleaseRequest request) {
    return request
        .resumes()
        .<Circumstances.Step>map(id -> new Circumstances.Step.Resuming(former(id)))
        .orElseGet(
            () -> new Circumstances.Step.Asked(reached(request.manifest(), request.audience())));
  }

  private Optional<Circumstances.Former> former(Digest id) {
    return log.release(id)
        .filter(r -> since.once(r).isPresent())
        .map(r ->
            new Circumstances.Former(
                r.request().manifest(), r.request().audience(), r.state(), r.ended()));
  }

  /** Since when the model is with the next narrower audience, or a wider one. */
  private Optional<Instant> reached(Digest manifest, Audience audience) {
    Optional<Audience> narrower = audience.narrower();
    if (narrower.isEmpty()) {
      return Optional.empty();
    }
    return log.releases(manifest).stream()
        .filter(r -> r.state().isInForce())
        .filter(r -> !narrower.get().widerThan(r.request().audience()))
        .flatMap(r -> since.of(r).stream())
        .min(Instant::compareTo);
  }

  /** Required controls that are not effective now on all evidence. */
  public SortedSet<String> ineffective(Digest manifest, Zone zone, Audience audience) {
    Controls controls = controls(manifest);
    SortedSet<String> missing = policy().controls(zone, audience);
    missing.removeIf(controls::effective);
    return missing;
  }

  /**
   * Until when the newest evidence of a kind about a control speaks, of those that speak well of it
   * and that the policy admits; it may have lapsed.
   */
  public Optional<Instant> lasts(String control, String kind) {
    return log.evidenceOf(control).stream()
        .filter(a -> !log.isWithdrawn(a.id()) && counts(a))
        .filter(a -> !Freshness.isEarly(a.evidence().observed(), now))
        .filter(a ->
            a.evidence() instanceof ControlEvidence c && c.effective() && c.kind().equals(kind))
        .map(a -> Judgement.until(policy(), a))
        .max(Instant::compareTo);
  }

  /** Why required controls would have a request refused now. */
  public List<Reason> missingControls(ReleaseRequest request) {
    List<Reason> missing = new ArrayList<>();
    for (String control : failing(request)) {
      missing.add(new Reason(Rule.CHECK, "control " + control, "found broken by a check"));
    }
    Set<String> lacking = ineffective(request.manifest(), request.zone(), request.audience());
    request.waivers().forEach(id -> log.waiver(id).ifPresent(w -> lacking.remove(w.control())));
    for (String control : lacking) {
      missing.add(new Reason(Rule.CONTROL, "control " + control, "is not effective now"));
    }
    return missing;
  }

  private Set<String> failing(ReleaseRequest request) {
    Set<String> failing = log.failing(request.manifest());
    failing.retainAll(policy().controls(request.zone(), request.audience()));
    return failing;
  }

  /** Until when a request may resume this release, if one may. */
  public Optional<Instant> resumable(Release release) {
    return former(release.id())
        .filter(f -> f.state().isResumable())
        .flatMap(Circumstances.Former::ended)
        .map(ended -> Resumption.until(policy(), ended))
        .filter(now::isBefore);
  }

  /** When the dwell time will be over, if the model is with the next narrower audience. */
  public Optional<Instant> promotable(ReleaseRequest request) {
    return reached(request.manifest(), request.audience())
        .map(t -> t.plusSeconds(policy().dwellSeconds()));
  }

  private Controls controls(Digest manifest) {
    List<Attested> about = log.evidenceAbout(manifest);
    return Controls.of(policy(), about, withdrawn(about), now);
  }

  /** What speaks against promotion to the audience asked for, or against resuming it, now. */
  public List<Reason> promotion(ReleaseRequest request) {
    return asked(request).against(policy(), request, controls(request.manifest()), now);
  }
}
