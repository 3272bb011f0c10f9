package dev.sallyport.release;

import static dev.sallyport.release.House.DAY;
import static dev.sallyport.release.House.accepted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Statement;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.Criterion;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Rule;
import dev.sallyport.risk.State;
import dev.sallyport.risk.Thresholds;
import dev.sallyport.risk.Waiver;
import dev.sallyport.risk.Withdrawal;
import dev.sallyport.risk.Zone;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Waivers, promotion, loosening, checks, plans and replays over the life of a release. */
class LifeTest {
  private House house;

  @BeforeEach
  void start() throws Exception {
    house = new House();
    house.documents(1, 0);
    accepted(documents(Map.of(), Duration.ZERO, "aud"));
    house.assessAllGreen();
  }

  private Digest active(Audience audience, String... approvers) throws Exception {
    Digest release = accepted(house.request(audience));
    for (String who : approvers) {
      accepted(house.approve(release, who));
    }
    assertEquals(State.ACTIVE, house.state(release));
    return release;
  }

  private static void assertRefused(Rule rule, Outcome outcome) {
    Outcome.Refused refused = assertInstanceOf(Outcome.Refused.class, outcome);
    assertTrue(refused.reasons().stream().anyMatch(r -> r.rule() == rule), refused::toString);
  }

  private Statement waiver(String control, Zone zone, Audience audience, Duration life) {
    return Waiver.statement(
        "m",
        House.MODEL,
        control,
        zone,
        audience,
        "sys",
        "audit late",
        house.now,
        house.now.plus(life));
  }

  private void checked(String type, String control) throws BadInput {
    house.enter(
        type,
        Json.obj()
            .put("check", "c-" + control)
            .put("control", control)
            .put("about", house.root.id())
            .put("reason", "test")
            .build());
  }

  @Test
  void aWaiverStandsInForOneControlUntilItLapses() throws Exception {
    house.control("log-witnessed", true);
    assertRefused(Rule.CONTROL, house.request(Audience.INTERNAL));
    Statement waiver = waiver("weights-sealed", Zone.GREEN, Audience.INTERNAL, DAY);
    accepted(house.submit(waiver, "sec1", "sec2", "aud"));
    Digest release = active(Audience.INTERNAL, "sec1");
    ReleaseView view = house.governance.show(release).orElseThrow();
    assertEquals("weights-sealed", view.waivers().getFirst().control());
    assertEquals(house.now.plus(DAY), view.notAfter().orElseThrow());
    house.now = house.now.plus(DAY);
    house.governance.sweep();
    assertEquals(State.SUSPENDED, house.state(release));
  }

  @Test
  void aWaiverEndsWithItsWithdrawal() throws Exception {
    house.control("log-witnessed", true);
    Statement waiver = waiver("weights-sealed", Zone.GREEN, Audience.INTERNAL, DAY);
    Digest id = accepted(house.submit(waiver, "sec1", "sec2", "aud"));
    Digest release = active(Audience.INTERNAL, "sec1");
    accepted(house.withdraw(Withdrawal.Kind.WAIVER, id, "aud"));
    assertEquals(State.SUSPENDED, house.state(release));
  }

  @Test
  void aWaiverIsScopedAndTakesThreeWhoDidNotAskForIt() throws Exception {
    house.control("log-witnessed", true);
    Statement red = waiver("weights-sealed", Zone.RED, Audience.INTERNAL, DAY);
    assertThrows(BadInput.class, () -> house.submit(red, "sec1", "sec2", "aud"));
    Statement good = waiver("weights-sealed", Zone.GREEN, Audience.INTERNAL, DAY);
    assertThrows(BadInput.class, () -> house.submit(good, "sec1", "sec2"));
    Statement nobody =
        Waiver.statement(
            "m",
            House.MODEL,
            "weights-sealed",
            Zone.GREEN,
            Audience.INTERNAL,
            "mallory",
            "x",
            house.now,
            house.now.plus(DAY));
    assertThrows(BadInput.class, () -> house.submit(nobody, "sec1", "sec2", "aud"));
    Statement own =
        Waiver.statement(
            "m",
            House.MODEL,
            "weights-sealed",
            Zone.GREEN,
            Audience.INTERNAL,
            "sec2",
            "x",
            house.now,
            house.now.plus(DAY));
    assertThrows(BadInput.class, () -> house.submit(own, "sec1", "sec2", "aud"));
    accepted(house.submit(good, "sec1", "sec2", "aud"));
    // Neither a wider audience nor a worse zone is covered.
    house.control("isolation-drill", true);
    assertRefused(Rule.CONTROL, house.request(Audience.TRUSTED_PARTNER));
    Criterion cyber = house.governance.thresholds().orElseThrow().criteria().getFirst();
    house.assess(house.evaluation(cyber, cyber.yellow().toString()));
    assertRefused(Rule.CONTROL, house.request(Audience.INTERNAL));
  }

  @Test
  void someControlsAreNeverWaived() throws Exception {
    Map<String, Json> never = Map.of("neverWaived", Json.strings(List.of("weights-sealed")));
    accepted(documents(never, Duration.ZERO));
    Statement waiver = waiver("weights-sealed", Zone.GREEN, Audience.INTERNAL, DAY);
    assertRefused(Rule.WAIVER, house.submit(waiver, "sec1", "sec2", "aud"));
  }

  @Test
  void aWaiverDoesNotHelpAgainstACheckThatFails() throws Exception {
    house.control("log-witnessed", true);
    accepted(
        house.submit(
            waiver("weights-sealed", Zone.GREEN, Audience.INTERNAL, DAY), "sec1", "sec2", "aud"));
    Digest release = active(Audience.INTERNAL, "sec1");
    checked("check.failed", "weights-sealed");
    house.governance.sweep();
    assertEquals(State.SUSPENDED, house.state(release));
  }

  @Test
  void aFailedCheckSuspendsAndAPassedOneBringsNothingBack() throws Exception {
    house.allControls();
    Digest release = active(Audience.INTERNAL, "sec1");
    checked("check.failed", "external-red-team");
    house.governance.sweep();
    assertEquals(State.ACTIVE, house.state(release), "not required for INTERNAL");
    checked("check.failed", "log-witnessed");
    house.governance.sweep();
    assertEquals(State.SUSPENDED, house.state(release));
    house.now = house.now.plusSeconds(1);
    assertRefused(Rule.CHECK, house.request(Audience.INTERNAL));
    checked("check.passed", "log-witnessed");
    house.governance.sweep();
    assertEquals(State.SUSPENDED, house.state(release));
    house.now = house.now.plusSeconds(1);
    active(Audience.INTERNAL, "sec1");
  }

  @Test
  void aPromotedReleaseGoesOnAndStepsInWhenTheWiderOneFalls() throws Exception {
    house.allControls();
    Digest internal = active(Audience.INTERNAL, "sec1");
    Digest limited = active(Audience.LIMITED, "sec1", "aud");
    house.governance.sweep();
    assertEquals(State.PROMOTED, house.state(internal));
    assertEquals(limited, house.governance.inForce("m").orElseThrow().id());
    accepted(house.withdraw(Withdrawal.Kind.RELEASE, limited, "aud"));
    assertEquals(internal, house.governance.inForce("m").orElseThrow().id());
  }

  /** The way back after an emergency stop or a machine's: a full quorum, and no dwelling anew. */
  @Test
  void whatWasStoppedIsResumedByAFullQuorumWithoutDwellingAnew() throws Exception {
    documents(Map.of("promotion", Json.strings(List.of("weights-sealed"))), DAY, "aud");
    house.allControls();
    Digest internal = active(Audience.INTERNAL, "sec1");
    house.now = house.now.plus(DAY);
    house.control("weights-sealed", true);
    Digest partner = active(Audience.TRUSTED_PARTNER, "sec1", "aud");
    house.now = house.now.plusSeconds(1);
    for (Digest release : List.of(internal, partner)) {
      accepted(house.withdraw(Withdrawal.Kind.RELEASE, release, "aud"));
      assertEquals(State.REVOKED, house.state(release));
    }
    house.now = house.now.plusSeconds(1);
    assertRefused(Rule.DWELL, house.request(Audience.TRUSTED_PARTNER));
    assertRefused(Rule.RESUMPTION, resume(partner));
    house.control("weights-sealed", true);
    Digest resumed = accepted(resume(partner));
    accepted(house.approve(resumed, "sec1"));
    assertEquals(State.IN_REVIEW, house.state(resumed), "one of two");
    accepted(house.approve(resumed, "aud"));
    assertEquals(State.ACTIVE, house.state(resumed));
    assertEquals(State.REVOKED, house.state(partner), "what ended stays ended");
    assertTrue(
        ReplayTest.replay(house, resumed, house.entries).stream().allMatch(Replay.Decision::same));
  }

  @Test
  void whatMayBeResumedSaysSoUntilItIsTooLate() throws Exception {
    house.allControls();
    Digest release = active(Audience.INTERNAL, "sec1");
    assertTrue(house.governance.show(release).orElseThrow().resumable().isEmpty(), "in force");
    checked("check.failed", "log-witnessed");
    house.governance.sweep();
    Instant until = house.governance.show(release).orElseThrow().resumable().orElseThrow();
    assertEquals(
        house.now.plus(DAY.multipliedBy(Defaults.policy().integer("approvalDays"))), until);
    house.now = until;
    assertTrue(house.governance.show(release).orElseThrow().resumable().isEmpty(), "too late");
    assertRefused(Rule.RESUMPTION, resume(release));
    Digest never = Digest.of("never");
    assertThrows(BadInput.class, () -> house.governance.resume(never, house.now.plus(DAY)));
  }

  private Outcome resume(Digest release) throws Exception {
    Instant expires = house.now.plus(DAY.multipliedBy(30));
    return house.submit(house.governance.resume(release, expires).statement(), "sys");
  }

  @Test
  void aPromotionNeedsWatchingControlsSeenSinceTheLastOne() throws Exception {
    documents(Map.of("promotion", Json.strings(List.of("weights-sealed"))), DAY, "aud");
    house.allControls();
    house.now = house.now.plusSeconds(1);
    active(Audience.INTERNAL, "sec1");
    house.now = house.now.plus(DAY);
    assertRefused(Rule.DWELL, house.request(Audience.TRUSTED_PARTNER));
    house.control("weights-sealed", true);
    active(Audience.TRUSTED_PARTNER, "sec1", "aud");
  }

  /** The shipped policy, the next version of it, with some members changed; anything is waived. */
  private Outcome documents(Map<String, Json> with, Duration dwell, String... more)
      throws Exception {
    Map<String, Json> policy = new HashMap<>(Defaults.policy().members());
    policy.put("version", Json.of(house.governance.policy().orElseThrow().version() + 1));
    policy.put("neverWaived", Json.strings(List.of()));
    policy.put("dwellSeconds", Json.of(dwell.toSeconds()));
    policy.put("proposedBy", Json.of("sys"));
    policy.putAll(with);
    String[] names = new String[more.length + 2];
    names[0] = "sec1";
    names[1] = "sec2";
    System.arraycopy(more, 0, names, 2, more.length);
    return house.submit(Policy.statement(new Json.Obj(policy)), names);
  }

  @Test
  void tighteningTakesTwoAndLooseningThreeWhoDidNotProposeIt() throws Exception {
    accepted(documents(Map.of("leaseSeconds", Json.of(30)), Duration.ZERO));
    Map<String, Json> looser = Map.of("leaseSeconds", Json.of(60));
    assertRefused(Rule.POLICY, documents(looser, Duration.ZERO));
    Map<String, Json> anonymous = new HashMap<>(looser);
    anonymous.put("proposedBy", Json.of("aud"));
    assertRefused(Rule.POLICY, documents(anonymous, Duration.ZERO, "aud"));
    accepted(documents(looser, Duration.ZERO, "aud"));

    assertRefused(Rule.THRESHOLDS, thresholds(2, "0.6", "0.31", "sec1", "sec2"));
    accepted(thresholds(2, "0.6", "0.29", "sec1", "sec2"));
    assertRefused(Rule.THRESHOLDS, thresholds(3, "0.61", "0.29", "sec1", "sec2"));
    accepted(thresholds(3, "0.61", "0.29", "sec1", "sec2", "aud"));
  }

  private Outcome thresholds(long version, String red, String yellow, String... names)
      throws Exception {
    String text =
        new String(Defaults.thresholdsFile(), java.nio.charset.StandardCharsets.UTF_8)
            .replaceFirst("\"version\": 1", "\"version\": " + version + ", \"proposedBy\": \"sys\"")
            .replaceFirst("\"yellow\": \"0.3\"", "\"yellow\": \"" + yellow + "\"")
            .replaceFirst("\"red\": \"0.6\"", "\"red\": \"" + red + "\"");
    return house.submit(
        Thresholds.statement(
            Json.parseObject(text.getBytes(java.nio.charset.StandardCharsets.UTF_8))),
        names);
  }

  @Test
  void evidenceCountsOnlyOfThePeopleKindAndAgeThatThePolicyAsks() throws Exception {
    Json rule =
        Json.obj()
            .put("attest", Json.strings(List.of("audit-admin")))
            .put("evidence", Json.strings(List.of("drill")))
            .put("days", 7)
            .build();
    accepted(
        documents(
            Map.of("controlRules", Json.obj().put("weights-sealed", rule).build()),
            Duration.ZERO,
            "aud"));
    house.control("log-witnessed", true);
    house.control("weights-sealed", true, "statement");
    assertRefused(Rule.CONTROL, house.request(Audience.INTERNAL));
    var drill =
        new dev.sallyport.risk.ControlEvidence(
            "installation",
            house.root.id(),
            "weights-sealed",
            true,
            house.now,
            house.now.plus(DAY.multipliedBy(60)),
            "",
            "drill");
    accepted(house.submit(drill.statement(), "aud"));
    Digest release = active(Audience.INTERNAL, "sec1");
    Instant lapses = house.governance.show(release).orElseThrow().notAfter().orElseThrow();
    assertEquals(house.now.plus(DAY.multipliedBy(7)), lapses);
  }

  @Test
  void plansWhatTimeAloneWillDo() throws Exception {
    accepted(documents(Map.of(), DAY, "aud"));
    house.allControls();
    Digest internal = active(Audience.INTERNAL, "sec1");
    Instant lapses = house.now.plus(DAY.multipliedBy(20));
    List<Lapse> plan = house.governance.plan(house.now.plus(DAY.multipliedBy(25)));
    assertEquals(1, plan.size());
    assertEquals(internal, plan.getFirst().release());
    assertEquals(lapses, plan.getFirst().at());
    assertEquals(Rule.QUORUM, plan.getFirst().why().getFirst().rule());
    assertEquals(List.of(), house.governance.plan(lapses.minusSeconds(1)));
    // It says the truth: nothing changes before, and it does then.
    house.now = lapses.minusSeconds(1);
    assertEquals(List.of(), house.governance.sweep());
    house.now = lapses;
    house.governance.sweep();
    assertEquals(State.SUSPENDED, house.state(internal));
  }

  /** The server was off while evidence lapsed and the request ended: time has done its work. */
  @Test
  void timePassesAlsoWhileTheServerIsOff() throws Exception {
    house.allControls();
    Digest internal = active(Audience.INTERNAL, "sec1");
    Digest waiting = accepted(house.request(Audience.LIMITED));
    house.now = house.now.plus(DAY.multipliedBy(21));
    house.restart();
    assertTrue(house.governance.inForce("m").isEmpty(), "before anything is written");
    house.governance.sweep();
    assertEquals(State.SUSPENDED, house.state(internal));
    house.now = house.now.plus(DAY.multipliedBy(21));
    house.restart();
    house.governance.sweep();
    assertEquals(State.EXPIRED, house.state(internal));
    assertEquals(State.EXPIRED, house.state(waiting));
  }
}
