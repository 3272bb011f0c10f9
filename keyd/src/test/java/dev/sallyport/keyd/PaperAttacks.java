package dev.sallyport.keyd;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.LeaseRequest;
import dev.sallyport.keys.Statement;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Score;
import dev.sallyport.risk.Thresholds;
import dev.sallyport.risk.Waiver;
import dev.sallyport.risk.Zone;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Documents, evidence and requests that are not, or no longer, what they are shown as. */
final class PaperAttacks {
  private static final Digest THIEF =
      LeaseRequest.commandDigest(List.of("/bin/cat", "{model}"), List.of(), Map.of());
  private static final Instant LATER = Fortress.START.plus(Duration.ofDays(9));

  private PaperAttacks() {}

  /** Asks anew on what there is, approved and activated as it should be. */
  static void again(Hostile s) throws Exception {
    again(s, Audience.INTERNAL, Zone.GREEN);
  }

  static void again(Hostile s, Audience audience, Zone zone) throws Exception {
    s.f.request(audience, zone);
    s.f.approve("sec1");
    s.f.approve("sec2");
    s.f.activate();
  }

  private static Attempt asIfInForce(Hostile s) throws Exception {
    again(s);
    return s.lease();
  }

  static Statement policy(int version) throws Exception {
    return Policy.statement(versioned(Documents.POLICY, version));
  }

  static Statement thresholds(int version) throws Exception {
    return Thresholds.statement(versioned(Documents.THRESHOLDS, version));
  }

  private static Json.Obj versioned(String document, int version) throws Exception {
    return Fortress.json(document.replace("\"version\":2", "\"version\":" + version));
  }

  static Attempt policyOfOne(Hostile s) throws Exception {
    s.f.policy = s.f.set("policy", policy(3), "sec1", "aud");
    return asIfInForce(s);
  }

  static Attempt thresholdsOfOne(Hostile s) throws Exception {
    s.f.thresholds = s.f.set("thresholds", thresholds(3), "sec1", "aud");
    return asIfInForce(s);
  }

  static Attempt olderPolicy(Hostile s) throws Exception {
    final Envelope older = s.f.policy;
    s.f.policy = s.f.set("policy", policy(3), "sec1", "sec2");
    again(s);
    s.isInForce();
    s.f.policy = older;
    s.f.log.add("policy.set", Fortress.envelope(older));
    return asIfInForce(s);
  }

  static Attempt olderThresholds(Hostile s) throws Exception {
    final Envelope older = s.f.thresholds;
    s.f.thresholds = s.f.set("thresholds", thresholds(3), "sec1", "sec2");
    again(s);
    s.isInForce();
    s.f.thresholds = older;
    s.f.log.add("thresholds.set", Fortress.envelope(older));
    return asIfInForce(s);
  }

  /** A policy that asks for less, signed by as many as one that asks for more. */
  static Attempt looserPolicyOfTwo(Hostile s) throws Exception {
    String looser =
        Documents.POLICY
            .replace("\"version\":2", "\"version\":3,\"proposedBy\":\"sys\"")
            .replace("\"controls\":[\"sealed\"]", "\"controls\":[]");
    s.f.policy = s.f.set("policy", Policy.statement(Fortress.json(looser)), "sec1", "sec2");
    s.f.evidence.removeLast();
    return asIfInForce(s);
  }

  static Attempt looserThresholdsOfTwo(Hostile s) throws Exception {
    String looser =
        Documents.THRESHOLDS
            .replace("\"version\":2", "\"version\":3,\"proposedBy\":\"sys\"")
            .replace("0.3", "0.5");
    Statement statement = Thresholds.statement(Fortress.json(looser));
    s.f.thresholds = s.f.set("thresholds", statement, "sec1", "sec2");
    s.f.evaluate("0.4", LATER);
    return asIfInForce(s);
  }

  /** The request was made, and approved, under a policy that is not in force any more. */
  static Attempt approvedUnderAnotherPolicy(Hostile s) throws Exception {
    s.f.policy = s.f.set("policy", policy(3), "sec1", "sec2");
    return s.lease();
  }

  private static Envelope commands(Hostile s, int version, List<Digest> allowed, String... by) {
    List<Json> list =
        allowed.stream()
            .<Json>map(digest -> Json.obj().put("digest", digest).put("note", "x").build())
            .toList();
    Json.Obj json = Json.obj().put("version", version).put("commands", Json.arr(list)).build();
    return s.f.set(
        "commands",
        Statement.about("commands", json.digest(), AllowedCommands.PREDICATE_TYPE, json),
        by);
  }

  private static Attempt running(Hostile s, Digest command) {
    return s.lease(ask -> ask.command = command);
  }

  static Attempt unlistedCommand(Hostile s) {
    commands(s, 1, List.of(Digest.of("good")), "sec1", "sec2");
    return running(s, THIEF);
  }

  static Attempt commandsOfOne(Hostile s) {
    commands(s, 1, List.of(THIEF), "sec1", "aud");
    return running(s, THIEF);
  }

  /** A command that was allowed once, until it was seen what it does. */
  static Attempt olderCommands(Hostile s) throws Exception {
    Envelope older = commands(s, 1, List.of(THIEF), "sec1", "sec2");
    commands(s, 2, List.of(), "sec1", "sec2");
    s.isInForce();
    s.f.log.add("commands.set", Fortress.envelope(older));
    return running(s, THIEF);
  }

  static Attempt expiredRelease(Hostile s) throws Exception {
    s.f.now = Fortress.START.plus(Duration.ofDays(10)).minusSeconds(1);
    s.f.approvals.clear();
    s.approves(s.f.sign(s.approval("sec1", Duration.ofDays(20)), "sec1"));
    s.f.now = s.f.now.plusSeconds(1);
    return s.lease();
  }

  /** The evaluations of the model lapsed; the request says what they once showed. */
  static Attempt lapsedEvaluation(Hostile s) throws Exception {
    s.f.evidence.removeFirst();
    s.f.evaluate("0.1", Fortress.START.plusSeconds(100));
    again(s);
    s.f.now = s.f.now.plusSeconds(100);
    return s.lease();
  }

  static Attempt lapsedControl(Hostile s) throws Exception {
    s.f.evidence.removeLast();
    s.f.control(Fortress.START.plusSeconds(100));
    again(s);
    s.f.now = s.f.now.plusSeconds(100);
    return s.lease();
  }

  static Attempt evidenceOfTomorrow(Hostile s) throws Exception {
    s.f.evidence.removeFirst();
    s.f.evaluate("0.1", Fortress.START.plus(Duration.ofDays(1)), LATER);
    return asIfInForce(s);
  }

  static Attempt forgedEvidence(Hostile s) throws Exception {
    s.f.evidence.removeFirst();
    Statement better = s.f.evaluation("0.05", Fortress.START, LATER);
    listed(s, s.forged(better, s.f.people.get("assessor")));
    return asIfInForce(s);
  }

  /** Whoever asks for the release says that its control is effective. */
  static Attempt evidenceByTheRequester(Hostile s) throws Exception {
    s.f.evidence.removeLast();
    listed(s, s.f.sign(s.f.control("sealed", true, Fortress.START, LATER), "sys"));
    return asIfInForce(s);
  }

  /** Logs evidence, whatever it is, and lists it in the next request. */
  private static void listed(Hostile s, Envelope evidence) {
    s.f.log.add("evidence.added", Fortress.envelope(evidence));
    s.f.evidence.add(evidence);
  }

  static Attempt evidenceOfAnotherModel(Hostile s) throws Exception {
    s.f.evidence.removeFirst();
    Score good = Score.parse("0.1");
    Evaluation other =
        new Evaluation(
            "harmless",
            Digest.of("manifest of harmless"),
            "cyber",
            "rate",
            good,
            good,
            good,
            100,
            Fortress.START,
            LATER,
            new Evaluation.Source("json", "results.json", Digest.of("results")),
            "");
    listed(s, s.f.sign(other.statement(), "assessor"));
    return asIfInForce(s);
  }

  /** The request lists an evaluation that the server does not write into the log. */
  static Attempt listedEvidenceNotLogged(Hostile s) throws Exception {
    s.f.evaluate("0.4", LATER);
    s.unlogged();
    return asIfInForce(s);
  }

  static Attempt worseThanStated(Hostile s) throws Exception {
    s.f.evaluate("0.4", LATER);
    return asIfInForce(s);
  }

  /** A bad evaluation is in the log; whoever asks leaves it out of the request. */
  static Attempt worseThanListed(Hostile s) throws Exception {
    s.f.evaluate("0.4", LATER);
    s.f.evidence.removeLast();
    return asIfInForce(s);
  }

  /** Later the control was found not to be effective; the request rests on the earlier word. */
  static Attempt controlNotEffectiveSince(Hostile s) throws Exception {
    s.f.now = s.f.now.plusSeconds(1);
    s.f.addEvidence(s.f.control("sealed", false, s.f.now, LATER));
    s.f.evidence.removeLast();
    return asIfInForce(s);
  }

  static Attempt checkFailed(Hostile s) throws Exception {
    Json.Obj check =
        Json.obj()
            .put("check", "c")
            .put("control", "sealed")
            .put("about", s.f.pins.root().id())
            .put("reason", "x")
            .build();
    s.f.log.add("check.failed", check);
    return asIfInForce(s);
  }

  static Attempt widerThanTheZone(Hostile s) throws Exception {
    s.f.evaluate("0.4", LATER);
    again(s, Audience.LIMITED, Zone.YELLOW);
    s.isInForce();
    again(s, Audience.PUBLIC, Zone.YELLOW);
    return s.lease();
  }

  /** In one leap; the entries say that it was with narrower audiences for years. */
  static Attempt promotedInOneLeap(Hostile s) throws Exception {
    again(s, Audience.PUBLIC, Zone.GREEN);
    return s.lease();
  }

  /** The dwell time is a day; the times of the entries are forged, keyd's clock says an hour. */
  static Attempt promotedTooSoon(Hostile s) throws Exception {
    String dwelling =
        Documents.POLICY
            .replace("\"version\":2", "\"version\":3")
            .replace("\"dwellSeconds\":0", "\"dwellSeconds\":86400");
    s.f.policy = s.f.set("policy", Policy.statement(Fortress.json(dwelling)), "sec1", "sec2");
    again(s);
    s.isInForce();
    s.f.now = s.f.now.plus(Duration.ofHours(1));
    again(s, Audience.TRUSTED_PARTNER, Zone.GREEN);
    return s.lease();
  }

  private static Attempt waived(Hostile s, Digest manifest, Duration life, String... by)
      throws Exception {
    Statement waiver =
        Waiver.statement(
            Fortress.MODEL,
            manifest,
            "sealed",
            Zone.YELLOW,
            Audience.INTERNAL,
            "sys",
            "not yet",
            Fortress.START,
            Fortress.START.plus(life));
    Envelope signed = s.f.sign(waiver, by);
    s.f.log.add("waiver.added", Fortress.envelope(signed));
    s.f.waivers.add(signed);
    s.f.evidence.removeLast();
    s.f.now = s.f.now.plusSeconds(100);
    return asIfInForce(s);
  }

  static Attempt waiverOfTooFew(Hostile s) throws Exception {
    return waived(s, Fortress.MANIFEST, Duration.ofDays(1), "sec1", "sec2");
  }

  static Attempt waiverLapsed(Hostile s) throws Exception {
    return waived(s, Fortress.MANIFEST, Duration.ofSeconds(100), "sec1", "sec2", "aud");
  }

  static Attempt waiverOfAnotherModel(Hostile s) throws Exception {
    return waived(s, Digest.of("other"), Duration.ofDays(1), "sec1", "sec2", "aud");
  }

  static Attempt controlLeftOut(Hostile s) throws Exception {
    s.f.evidence.removeLast();
    return asIfInForce(s);
  }

  /** A request that somebody made who may not. */
  static Attempt requestedByAnAssessor(Hostile s) throws Exception {
    s.f.request();
    s.unlogged();
    s.f.release = s.f.sign(s.f.release.unverifiedStatement(), "assessor");
    s.f.log.add("release.requested", Fortress.envelope(s.f.release));
    s.f.approve("sec1");
    s.f.activate();
    return s.lease();
  }

  /** What a host says about its hardware, in a request. */
  private interface Host {
    LeaseRequest sends(LeaseRequest request) throws Exception;
  }

  private static Attempt askingForHardware(Hostile s, Host host) throws Exception {
    String rule =
        ",\"attestation\":[{\"zone\":\"GREEN\",\"audience\":\"INTERNAL\",\"accept\":[{\"type\":"
            + "\"plain\",\"claims\":{\"measurement\":\"good\"}}]}]}";
    String text = Documents.POLICY.replace("\"version\":2", "\"version\":3");
    Json.Obj json = Fortress.json(text.substring(0, text.lastIndexOf('}')) + rule);
    s.f.policy = s.f.set("policy", Policy.statement(json), "sec1", "sec2");
    again(s);
    Envelope request = s.signed(host.sends(s.ask()));
    return () -> s.takes(s.f.intend(request));
  }

  static Attempt hardwareSaysNothing(Hostile s) throws Exception {
    return askingForHardware(s, request -> request);
  }

  static Attempt hardwareOfAnotherRequest(Hostile s) throws Exception {
    return askingForHardware(
        s, r -> PlainHardware.attested(r, "good", s.f.nonce(), r.recipient(), false));
  }
}
