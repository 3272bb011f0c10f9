package dev.sallyport.risk;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Signed;
import dev.sallyport.risk.ReleaseRequest.Pin;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/** One run of {@link Gate#judge}: collects every reason against, then says what is left. */
final class Judgement {
  /** More reasons than this help nobody and would let a hostile file fill the log. */
  static final int MAX_REASONS = 100;

  private final ReleaseFile file;
  private final Policy policy;
  private final Thresholds thresholds;
  private final ReleaseRequest request;
  private final Instant now;
  private final List<Reason> against = new ArrayList<>();
  private final Set<String> waived = new HashSet<>();

  Judgement(ReleaseFile file, Instant now) {
    this.file = file;
    this.policy = file.policy().document();
    this.thresholds = file.thresholds().document();
    this.request = file.request().request();
    this.now = now;
  }

  Verdict verdict() {
    checkSignersAreInTheRoot();
    checkRequest();
    List<Attested> listed = checkEvidence();
    checkWaivers();
    List<Attested> all = withTheLog(listed);
    checkZones(listed, all);
    checkAudience(listed, all);
    checkPromotion(listed);
    if (!against.isEmpty()) {
      return new Verdict.Deny(against);
    }
    return new Approvals(file, now).verdict();
  }

  /** What was verified under another trust root counts for nothing here. */
  private void checkSignersAreInTheRoot() {
    Set<Person> people = new HashSet<>(file.root().people());
    checkKnown(people, file.request().id(), List.of(file.request().requester()));
    for (Signed document : List.of(file.policy().signed(), file.thresholds().signed())) {
      checkKnown(people, document.id(), document.signers());
    }
    file.evidence().forEach(e -> checkKnown(people, e.id(), e.assessors()));
    file.approvals().forEach(a -> checkKnown(people, a.id(), List.of(a.approver())));
    file.waivers().forEach(w -> checkKnown(people, w.id(), w.signers()));
  }

  private void checkKnown(Set<Person> people, Digest statement, Collection<Person> signers) {
    if (!people.containsAll(signers)) {
      deny(Rule.TRUST_ROOT, statement(statement), "signed by a stranger");
    }
  }

  private void checkRequest() {
    requirePin(
        "trust root",
        request.trustRoot().brief(),
        file.root().id().brief(),
        request.trustRoot().equals(file.root().id()));
    requirePin("policy", request.policy(), Pin.of(policy));
    requirePin("thresholds", request.thresholds(), Pin.of(thresholds));
    if (Freshness.isEarly(request.requested(), now)) {
      deny(Rule.REQUEST_TIME, "request", "requested at " + request.requested() + ", after " + now);
    }
    if (!now.isBefore(request.expires())) {
      deny(Rule.REQUEST_TIME, "request", "expired at " + request.expires());
    }
    if (isWithdrawn(file.request().id())) {
      deny(Rule.WITHDRAWN, "request", "withdrawn");
    }
  }

  private void requirePin(String place, Pin asked, Pin inForce) {
    requirePin(place, asked.toString(), inForce.toString(), asked.equals(inForce));
  }

  private void requirePin(String place, String asked, String inForce, boolean equal) {
    if (!equal) {
      deny(Rule.REQUEST_PINS, place, "request names " + asked + ", in force is " + inForce);
    }
  }

  /** The evidence that is about this model, in the order of its ids. */
  private List<Attested> checkEvidence() {
    List<Attested> sorted = new ArrayList<>(file.evidence());
    sorted.sort(Comparator.comparing(Attested::id));
    Set<Digest> given = new HashSet<>();
    List<Attested> good = new ArrayList<>();
    for (Attested a : sorted) {
      if (!given.add(a.id())) {
        deny(Rule.EVIDENCE_SET, statement(a.id()), "given twice");
      }
      if (!a.concerns(request.manifest(), file.root().id())) {
        deny(Rule.EVIDENCE, statement(a.id()), "is about another model or installation");
      } else if (a.evidence() instanceof Evaluation e && thresholds.criterionOf(e).isEmpty()) {
        deny(Rule.EVIDENCE, statement(a.id()), "area and metric have no thresholds");
      } else {
        good.add(a);
      }
    }
    requireListed(Rule.EVIDENCE_SET, "evidence", given, request.evidence());
    good.forEach(this::checkFresh);
    return good;
  }

  private void requireListed(Rule rule, String what, Set<Digest> given, Set<Digest> listed) {
    if (!given.equals(listed)) {
      deny(rule, what, given.size() + " given, " + listed.size() + " listed, not the same");
    }
  }

  private void checkFresh(Attested a) {
    if (isWithdrawn(a.id())) {
      deny(Rule.EVIDENCE_FRESH, statement(a.id()), "withdrawn");
    }
    Instant until = until(policy, a);
    switch (Freshness.of(a.evidence().observed(), until, now)) {
      case FRESH -> {}
      case EARLY ->
          deny(
              Rule.EVIDENCE_FRESH,
              statement(a.id()),
              "observed at " + a.evidence().observed() + ", after " + now);
      case STALE -> deny(Rule.EVIDENCE_FRESH, statement(a.id()), "lapsed at " + until);
    }
  }

  /** When evidence lapses: by its own word or the policy's, whichever is earlier. */
  static Instant until(Policy policy, Attested a) {
    return switch (a.evidence()) {
      case Evaluation e -> e.validUntil();
      case ControlEvidence c -> policy.controlRule(c.control()).until(c);
    };
  }

  private void checkWaivers() {
    Set<Digest> given = new HashSet<>();
    List<Waiver> sorted = new ArrayList<>(file.waivers());
    sorted.sort(Comparator.comparing(Waiver::id));
    for (Waiver w : sorted) {
      given.add(w.id());
      try {
        requireCovers(w);
        waived.add(w.control());
      } catch (BadInput e) {
        deny(Rule.WAIVER, "waiver " + w.id().brief(), message(e));
      }
    }
    requireListed(Rule.WAIVER, "waivers", given, request.waivers());
  }

  /** INVARIANT: waivers are scoped, expiring, and never cover RED (DESIGN §9). */
  private void requireCovers(Waiver w) throws BadInput {
    Instant cap = w.from().plus(Duration.ofDays(policy.approvalDays()));
    require(w.manifest().equals(request.manifest()), "is for another model");
    require(!isWithdrawn(w.id()), "withdrawn");
    require(!Freshness.isEarly(w.from(), now), "holds from " + w.from());
    require(now.isBefore(w.expires()), "lapsed at " + w.expires());
    require(!w.expires().isAfter(cap), "holds longer than " + policy.approvalDays() + " days");
    require(!request.audience().widerThan(w.audience()), "is up to audience " + w.audience());
    require(!request.zone().worseThan(w.zone()), "is up to zone " + w.zone());
    require(
        !policy.neverWaived().contains(w.control()), "control " + w.control() + " is never waived");
  }

  /** The listed evidence, and what the log has besides. */
  private List<Attested> withTheLog(List<Attested> listed) {
    List<Attested> all = new ArrayList<>(listed);
    Set<Digest> ids = new HashSet<>(request.evidence());
    for (Attested a : file.log().evidence()) {
      if (!ids.contains(a.id()) && a.concerns(request.manifest(), file.root().id())) {
        all.add(a);
      }
    }
    return all;
  }

  /** What is listed must carry the zones, and nothing in the log may contradict them. */
  private void checkZones(List<Attested> listed, List<Attested> all) {
    SortedMap<String, Zone> stated = request.areas();
    if (!stated.keySet().equals(thresholds.areas())) {
      deny(Rule.ZONE, "areas", stated.keySet() + " stated, thresholds have " + thresholds.areas());
    }
    SortedMap<String, Zone> shown =
        ZoneReport.of(thresholds, listed, file.log().withdrawn(), now).areas();
    SortedMap<String, Zone> known =
        all.size() == listed.size()
            ? shown
            : ZoneReport.of(thresholds, all, file.log().withdrawn(), now).areas();
    shown.forEach((area, zone) -> {
      Zone said = stated.getOrDefault(area, Zone.GREEN);
      Zone inLog = known.getOrDefault(area, zone);
      if (zone.worseThan(said)) {
        deny(Rule.ZONE, "area " + area, "is " + zone + ", request says " + said);
      } else if (inLog.worseThan(said)) {
        deny(
            Rule.ZONE,
            "area " + area,
            "is " + inLog + " on all evidence in the log, request says " + said);
      }
    });
  }

  private void checkAudience(List<Attested> listed, List<Attested> all) {
    if (!policy.permits(request.zone(), request.audience())) {
      deny(Rule.AUDIENCE, "audience", request.audience() + " asked for zone " + request.zone());
    }
    Controls shown = shown(listed);
    Controls known = Controls.of(policy, all, file.log().withdrawn(), now);
    for (String control : policy.controls(request.zone(), request.audience())) {
      if (file.log().failing().contains(control)) {
        deny(Rule.CHECK, "control " + control, "found broken by a check");
      }
      if (!waived.contains(control) && !(shown.effective(control) && known.effective(control))) {
        deny(Rule.CONTROL, "control " + control, "not shown to be effective");
      }
    }
  }

  private Controls shown(List<Attested> listed) {
    return Controls.of(policy, listed, file.log().withdrawn(), now);
  }

  /** One audience at a time, after the dwell time and watched meanwhile (DESIGN §9). */
  private void checkPromotion(List<Attested> listed) {
    file.log().step().against(policy, request, shown(listed), now).forEach(this::add);
  }

  private boolean isWithdrawn(Digest id) {
    return file.log().withdrawn().contains(id);
  }

  static void require(boolean holds, String otherwise) throws BadInput {
    if (!holds) {
      throw new BadInput(otherwise);
    }
  }

  static String message(BadInput e) {
    return String.valueOf(e.getMessage());
  }

  static String statement(Digest id) {
    return "statement " + id.brief();
  }

  private void deny(Rule rule, String place, String observed) {
    add(new Reason(rule, place, observed));
  }

  private void add(Reason reason) {
    if (against.size() < MAX_REASONS) {
      against.add(reason);
    }
  }
}
