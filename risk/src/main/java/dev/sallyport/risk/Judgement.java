package dev.sallyport.risk;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.Signed;
import dev.sallyport.risk.ReleaseRequest.Pin;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/** One run of {@link Gate#judge}: collects every reason against, then says what is left. */
final class Judgement {
  /** More reasons than this help nobody and would let a hostile file fill the log. */
  static final int MAX_REASONS = 100;

  private final ReleaseFile file;
  private final Instant now;
  private final List<Reason> against = new ArrayList<>();

  Judgement(ReleaseFile file, Instant now) {
    this.file = file;
    this.now = now;
  }

  /** A part that may be malformed: then a reason stands for it. */
  private interface Part<T> {
    T read() throws BadInput;
  }

  private record Papers(Policy policy, Thresholds thresholds, ReleaseRequest request) {}

  Verdict verdict() {
    checkSignersAreInTheRoot();
    Optional<Policy> policy = part(Rule.POLICY, "policy", () -> Policy.parse(file.policy()));
    Optional<Thresholds> thresholds =
        part(Rule.THRESHOLDS, "thresholds", () -> Thresholds.parse(file.thresholds()));
    Optional<ReleaseRequest> request = part(Rule.REQUEST, "request", this::request);
    if (policy.isEmpty() || thresholds.isEmpty() || request.isEmpty()) {
      return deny();
    }
    return judge(new Papers(policy.get(), thresholds.get(), request.get()));
  }

  private Verdict judge(Papers d) {
    checkRequest(d);
    List<Attested> evidence = checkEvidence(d);
    checkZones(d, ZoneReport.of(d.thresholds, evidence, file.withdrawn(), now));
    checkAudience(d, Controls.of(evidence, file.withdrawn(), now));
    if (!against.isEmpty()) {
      return deny();
    }
    return new Approvals(file, d.policy, d.request, evidence, now).verdict();
  }

  private ReleaseRequest request() throws BadInput {
    Signers.require(Signers.one(file.request()), Role.SYSTEM_ADMIN);
    return ReleaseRequest.parse(file.request());
  }

  /** A {@link Signed} of another trust root counts for nothing here. */
  private void checkSignersAreInTheRoot() {
    Set<Person> people = new HashSet<>(file.root().people());
    List<Signed> all = new ArrayList<>(file.evidence());
    all.addAll(file.approvals());
    all.addAll(List.of(file.policy(), file.thresholds(), file.request()));
    for (Signed signed : all) {
      for (Person person : signed.signers()) {
        if (!people.contains(person)) {
          deny(Rule.TRUST_ROOT, statement(signed.id()), "signed by a stranger");
        }
      }
    }
  }

  private void checkRequest(Papers d) {
    ReleaseRequest r = d.request;
    requirePin(
        "trust root",
        r.trustRoot().brief(),
        file.root().id().brief(),
        r.trustRoot().equals(file.root().id()));
    Pin policy = Pin.of(d.policy);
    requirePin("policy", r.policy().toString(), policy.toString(), r.policy().equals(policy));
    Pin thresholds = Pin.of(d.thresholds);
    requirePin(
        "thresholds",
        r.thresholds().toString(),
        thresholds.toString(),
        r.thresholds().equals(thresholds));
    if (Freshness.isEarly(r.requested(), now)) {
      deny(Rule.REQUEST_TIME, "request", "requested at " + r.requested() + ", after " + now);
    }
    if (!now.isBefore(r.expires())) {
      deny(Rule.REQUEST_TIME, "request", "expired at " + r.expires());
    }
    if (file.withdrawn().contains(file.request().id())) {
      deny(Rule.WITHDRAWN, "request", "withdrawn");
    }
  }

  private void requirePin(String place, String asked, String inForce, boolean equal) {
    if (!equal) {
      deny(Rule.REQUEST_PINS, place, "request names " + asked + ", in force is " + inForce);
    }
  }

  private List<Attested> checkEvidence(Papers d) {
    List<Signed> sorted = new ArrayList<>(file.evidence());
    sorted.sort(Comparator.comparing(Signed::id));
    Set<Digest> given = new TreeSet<>();
    List<Attested> good = new ArrayList<>();
    for (Signed signed : sorted) {
      if (!given.add(signed.id())) {
        deny(Rule.EVIDENCE_SET, statement(signed.id()), "given twice");
      }
      String place = statement(signed.id());
      part(Rule.EVIDENCE, place, () -> about(d, Attested.parse(signed))).ifPresent(good::add);
    }
    if (!given.equals(d.request.evidence())) {
      deny(
          Rule.EVIDENCE_SET,
          "evidence",
          given.size() + " given, " + d.request.evidence().size() + " listed, not the same");
    }
    good.forEach(this::checkFresh);
    return good;
  }

  /** Fails unless the evidence is about this model, or about this installation's controls. */
  private Attested about(Papers d, Attested a) throws BadInput {
    Digest model = d.request.manifest();
    switch (a.evidence()) {
      case Evaluation e -> {
        require(e.manifest().equals(model), "is about another model");
        require(d.thresholds.criterionOf(e).isPresent(), "area and metric have no thresholds");
      }
      case ControlEvidence c -> {
        boolean here =
            c.subject().equals(ControlEvidence.INSTALLATION)
                && c.subjectDigest().equals(file.root().id());
        require(here || c.subjectDigest().equals(model), "is about another model or installation");
      }
    }
    return a;
  }

  static void require(boolean holds, String otherwise) throws BadInput {
    if (!holds) {
      throw new BadInput(otherwise);
    }
  }

  private void checkFresh(Attested a) {
    if (file.withdrawn().contains(a.id())) {
      deny(Rule.EVIDENCE_FRESH, statement(a.id()), "withdrawn");
    }
    switch (Freshness.of(a.evidence(), now)) {
      case FRESH -> {}
      case EARLY ->
          deny(
              Rule.EVIDENCE_FRESH,
              statement(a.id()),
              "observed at " + a.evidence().observed() + ", after " + now);
      case STALE ->
          deny(Rule.EVIDENCE_FRESH, statement(a.id()), "lapsed at " + a.evidence().validUntil());
    }
  }

  private void checkZones(Papers d, ZoneReport report) {
    SortedMap<String, Zone> stated = d.request.areas();
    if (!stated.keySet().equals(d.thresholds.areas())) {
      deny(
          Rule.ZONE, "areas", stated.keySet() + " stated, thresholds have " + d.thresholds.areas());
    }
    report
        .areas()
        .forEach((area, zone) -> {
          Zone said = stated.getOrDefault(area, Zone.GREEN);
          if (zone.worseThan(said)) {
            deny(Rule.ZONE, "area " + area, "is " + zone + ", request says " + said);
          }
        });
  }

  private void checkAudience(Papers d, Controls controls) {
    ReleaseRequest r = d.request;
    if (!d.policy.permits(r.zone(), r.audience())) {
      deny(Rule.AUDIENCE, "audience", r.audience() + " asked for zone " + r.zone());
    }
    for (String control : d.policy.controls(r.zone(), r.audience())) {
      if (!controls.effective(control)) {
        deny(Rule.CONTROL, "control " + control, "not shown to be effective");
      }
    }
  }

  private <T> Optional<T> part(Rule rule, String place, Part<T> part) {
    try {
      return Optional.of(part.read());
    } catch (BadInput e) {
      deny(rule, place, message(e));
      return Optional.empty();
    }
  }

  static String message(BadInput e) {
    return String.valueOf(e.getMessage());
  }

  static String statement(Digest id) {
    return "statement " + id.brief();
  }

  private void deny(Rule rule, String place, String observed) {
    if (against.size() < MAX_REASONS) {
      against.add(new Reason(rule, place, observed));
    }
  }

  private Verdict deny() {
    return new Verdict.Deny(against);
  }
}
