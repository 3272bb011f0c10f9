package dev.sallyport.release;

import static dev.sallyport.release.House.DAY;
import static dev.sallyport.release.House.accepted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.audit.AuditFailure;
import dev.sallyport.audit.AuditLog;
import dev.sallyport.audit.InsecureInProcessWitness;
import dev.sallyport.audit.LogIdentity;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.Criterion;
import dev.sallyport.risk.Rule;
import dev.sallyport.risk.State;
import dev.sallyport.risk.Withdrawal;
import dev.sallyport.risk.Zone;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GovernanceTest {
  private House house;

  @BeforeEach
  void start() throws Exception {
    house = new House();
    house.documents(1, 0);
    house.assessAllGreen();
    house.allControls();
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
    assertTrue(
        refused.reasons().stream().anyMatch(r -> r.rule() == rule), () -> refused.toString());
  }

  @Test
  void activatesWithTheLastApprovalOfTheQuorum() throws Exception {
    Digest release = accepted(house.request(Audience.LIMITED));
    accepted(house.approve(release, "aud"));
    ReleaseView waiting = house.governance.show(release).orElseThrow();
    assertEquals(State.IN_REVIEW, waiting.state());
    assertEquals(Rule.QUORUM, waiting.why().getFirst().rule());
    Outcome.Accepted last = (Outcome.Accepted) house.approve(release, "sec2");
    assertEquals(
        List.of("release.approved", "release.activated"),
        last.receipts().stream().map(r -> r.entry().type()).toList());
    ReleaseView out = house.governance.inForce("m").orElseThrow();
    assertEquals(release, out.id());
    assertEquals(List.of(), out.why());
    assertEquals(house.now.plus(DAY.multipliedBy(20)), out.notAfter().orElseThrow());
  }

  @Test
  void isTheSameAfterARestartFromTheLogAlone() throws Exception {
    Digest release = active(Audience.LIMITED, "sec1", "aud");
    Digest second = accepted(house.request(Audience.PUBLIC));
    String before = all();
    int entries = house.entries.size();
    house.restart();
    assertEquals(before, all());
    assertEquals(List.of(), house.governance.sweep());
    assertEquals(entries, house.entries.size());
    assertEquals(State.ACTIVE, house.state(release));
    assertEquals(State.IN_REVIEW, house.state(second));
  }

  private String all() {
    return Json.toString(
        Json.arr(house.governance.releases().stream().map(ReleaseView::toJson).toList()));
  }

  @Test
  void changesNothingWhenTheLogCannotBeWritten(@TempDir Path dir) throws Exception {
    LogIdentity identity = LogIdentity.of(house.root);
    AuditLog closed =
        AuditLog.open(
            dir.resolve("log"),
            identity,
            house.logKey,
            new InsecureInProcessWitness(identity, house.witnessKey, () -> house.now),
            () -> house.now);
    closed.close();
    Digest release = accepted(house.request(Audience.INTERNAL));
    String before = all();
    house.ledger = closed::append;
    assertThrows(AuditFailure.class, () -> house.approve(release, "sec1"));
    assertEquals(before, all());
  }

  @Test
  void suspendsWhenWorseEvidenceComesIn() throws Exception {
    Digest release = active(Audience.LIMITED, "sec1", "aud");
    Criterion cyber = house.governance.thresholds().orElseThrow().criteria().getFirst();
    house.assess(house.evaluation(cyber, cyber.yellow().toString()));
    assertEquals(State.SUSPENDED, house.state(release));
    assertTrue(house.governance.inForce("m").isEmpty());
    Digest again = active(Audience.LIMITED, "sec1", "aud");
    assertEquals(Zone.YELLOW, house.governance.show(again).orElseThrow().zone());
    assertEquals(State.SUSPENDED, house.state(release));
  }

  @Test
  void suspendsWhenAControlFailsOrEvidenceLapsesOrIsWithdrawn() throws Exception {
    Digest first = active(Audience.INTERNAL, "sec1");
    house.now = house.now.plusSeconds(1);
    house.control("weights-sealed", false);
    assertEquals(State.SUSPENDED, house.state(first));

    house.now = house.now.plusSeconds(1);
    house.control("weights-sealed", true);
    Digest second = active(Audience.INTERNAL, "sec1");
    Digest used =
        house
            .governance
            .propose("m", Audience.INTERNAL, house.now.plus(DAY))
            .request()
            .evidence()
            .getFirst();
    accepted(house.withdraw(Withdrawal.Kind.EVIDENCE, used, "aud"));
    assertEquals(State.SUSPENDED, house.state(second));
  }

  @Test
  void suspendsWhenAnApprovalIsWithdrawnAndExpiresInTime() throws Exception {
    Digest release = accepted(house.request(Audience.INTERNAL));
    Digest approval = accepted(house.approve(release, "sec1"));
    assertRefused(Rule.WITHDRAWN, house.withdraw(Withdrawal.Kind.APPROVAL, approval, "sec2"));
    accepted(house.withdraw(Withdrawal.Kind.APPROVAL, approval, "sec1"));
    assertEquals(State.SUSPENDED, house.state(release));
    house.now = house.now.plus(DAY.multipliedBy(30));
    house.governance.sweep();
    assertEquals(State.EXPIRED, house.state(release));
  }

  @Test
  void stopsAReleaseOnOnePersonsWord() throws Exception {
    Digest release = active(Audience.LIMITED, "sec1", "aud");
    assertRefused(Rule.WITHDRAWN, house.withdraw(Withdrawal.Kind.RELEASE, release, "assessor"));
    Outcome.Accepted stop =
        (Outcome.Accepted) house.withdraw(Withdrawal.Kind.RELEASE, release, "aud");
    assertEquals("release.revoked", stop.receipts().getLast().entry().type());
    assertEquals(State.REVOKED, house.state(release));
    assertRefused(Rule.APPROVAL, house.approve(release, "sec2"));
  }

  @Test
  void rejectsOrTakesBackARequestInReview() throws Exception {
    Digest rejected = accepted(house.request(Audience.INTERNAL));
    accepted(house.withdraw(Withdrawal.Kind.RELEASE, rejected, "sec1"));
    assertEquals(State.REJECTED, house.state(rejected));
    house.now = house.now.plusSeconds(1);
    Digest takenBack = accepted(house.request(Audience.INTERNAL));
    accepted(house.withdraw(Withdrawal.Kind.RELEASE, takenBack, "sys"));
    assertEquals(State.WITHDRAWN, house.state(takenBack));
  }

  @Test
  void refusesARequestThatLeavesOutBadEvidence() throws Exception {
    Instant30 expires = new Instant30(house);
    ProposedRequest rosy = house.governance.propose("m", Audience.INTERNAL, expires.at());
    Criterion cyber = house.governance.thresholds().orElseThrow().criteria().getFirst();
    house.assess(house.evaluation(cyber, cyber.red().toString()));
    assertRefused(Rule.ZONE, house.submit(rosy.statement(), "sys"));
    ProposedRequest honest = house.governance.propose("m", Audience.INTERNAL, expires.at());
    assertEquals(State.EVIDENCE_PENDING, honest.state());
    assertEquals(Rule.AUDIENCE, honest.lacking().getFirst().rule());
    assertRefused(Rule.AUDIENCE, house.submit(honest.statement(), "sys"));
  }

  /** Thirty days from the house's now. */
  private record Instant30(House house) {
    java.time.Instant at() {
      return house.now.plus(DAY.multipliedBy(30));
    }
  }

  @Test
  void keepsTheZoneOfWithdrawnEvidenceUntilTwoSecurityAdminsStrikeIt() throws Exception {
    Criterion cyber = house.governance.thresholds().orElseThrow().criteria().getFirst();
    Digest wrong = house.assess(house.evaluation(cyber, cyber.red().toString())).id();
    accepted(house.withdraw(Withdrawal.Kind.EVIDENCE, wrong, "assessor"));
    assertEquals(Zone.RED, zone());
    assertEquals(
        new Outcome.Known(withdrawalId(wrong, "sec1")),
        house.withdraw(Withdrawal.Kind.EVIDENCE, wrong, "sec1"));
    accepted(house.withdraw(Withdrawal.Kind.EVIDENCE, wrong, "sec1", "sec2"));
    assertEquals(Zone.GREEN, zone());
  }

  private Digest withdrawalId(Digest target, String who) {
    return house
        .sign(Withdrawal.statement(Withdrawal.Kind.EVIDENCE, target, house.now, "test"), who)
        .id();
  }

  private Zone zone() throws BadInput {
    return house.governance.propose("m", Audience.INTERNAL, house.now.plus(DAY)).report().zone();
  }

  @Test
  void widensOneAudienceAtATimeAfterTheDwell() throws Exception {
    house.documents(2, Duration.ofDays(7).toSeconds());
    Digest internal = active(Audience.INTERNAL, "sec1");
    assertRefused(Rule.DWELL, house.request(Audience.TRUSTED_PARTNER));
    house.now = house.now.plus(DAY.multipliedBy(7));
    assertRefused(Rule.DWELL, house.request(Audience.LIMITED));
    Digest partner = active(Audience.TRUSTED_PARTNER, "sec1", "aud");
    house.governance.sweep();
    assertEquals(State.PROMOTED, house.state(internal));
    assertEquals(partner, house.governance.inForce("m").orElseThrow().id());
  }

  @Test
  void goesStraightToLimitedOnlyWithoutDwellAndNeverToPublic() throws Exception {
    assertRefused(Rule.DWELL, house.request(Audience.PUBLIC));
    active(Audience.LIMITED, "sec1", "aud");
    active(Audience.PUBLIC, "sec1", "sec2", "aud");
  }

  @Test
  void endsReleasesMadeUnderOlderDocuments() throws Exception {
    Digest release = active(Audience.INTERNAL, "sec1");
    house.documents(2, 0);
    assertEquals(State.SUSPENDED, house.state(release));
  }

  @Test
  void refusesOldDocumentsAndKnowsWhatItHas() throws Exception {
    int entries = house.entries.size();
    house.documents(1, 5);
    // The policy is an old one and refused, the thresholds are those in force.
    assertEquals(entries + 1, house.entries.size());
    assertEquals("submission.refused", house.entries.getLast().type());
    Envelope evidence =
        house.sign(
            house
                .evaluation(
                    house.governance.thresholds().orElseThrow().criteria().getFirst(), "0.01")
                .statement(),
            "assessor");
    assertInstanceOf(Outcome.Known.class, house.governance.submit(evidence));
  }

  @Test
  void refusesAModelThatWasNotSealed() throws Exception {
    assertThrows(
        BadInput.class,
        () -> house.governance.propose("other", Audience.INTERNAL, house.now.plus(DAY)));
    Envelope before =
        house.sign(
            house.governance.propose("m", Audience.INTERNAL, house.now.plus(DAY)).statement(),
            "sys");
    house.enter(
        "model.sealed",
        Json.obj()
            .put("model", "m")
            .put("version", 2)
            .put("manifest", Digest.of("the next version"))
            .build());
    assertRefused(Rule.REQUEST, house.governance.submit(before));
  }

  @Test
  void doesNotStartOnALogThatWasTamperedWith() throws Exception {
    Digest release = accepted(house.request(Audience.INTERNAL));
    Json.Obj forged =
        Json.obj().put("release", Digest.of("no such release")).put("reason", "x").build();
    assertThrows(BadInput.class, () -> house.enter("release.activated", forged));
    Json.Obj revoked = Json.obj().put("release", release).put("reason", "x").build();
    assertThrows(BadInput.class, () -> house.enter("release.revoked", revoked));
  }
}
