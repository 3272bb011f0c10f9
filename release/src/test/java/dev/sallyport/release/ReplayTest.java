package dev.sallyport.release;

import static dev.sallyport.release.House.DAY;
import static dev.sallyport.release.House.accepted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.audit.Entry;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Statement;
import dev.sallyport.risk.Approval;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.History;
import dev.sallyport.risk.ReleaseRequest;
import dev.sallyport.risk.State;
import dev.sallyport.risk.Verdict;
import dev.sallyport.risk.Withdrawal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every decision about a release is in the log, bounded, and comes out the same again. */
class ReplayTest {
  private House house;

  @BeforeEach
  void start() throws Exception {
    house = new House();
    house.documents(1, 0);
    house.assessAllGreen();
    house.allControls();
  }

  private List<Replay.Decision> replay(Digest release, List<Entry> entries) throws BadInput {
    return replay(house, release, entries);
  }

  static List<Replay.Decision> replay(House house, Digest release, List<Entry> entries)
      throws BadInput {
    Replay replay = new Replay(house.root, release);
    for (int i = 0; i < entries.size(); i++) {
      replay.apply(i, entries.get(i));
    }
    return replay.decisions();
  }

  private static List<String> types(List<Replay.Decision> decisions) {
    return decisions.stream().map(Replay.Decision::type).toList();
  }

  private List<Entry> entries(String type) {
    return house.entries.stream().filter(e -> e.type().equals(type)).toList();
  }

  /** A request that asks for more than its evidence carries: it lists none. */
  private Statement unfounded(Audience audience) throws Exception {
    ReleaseRequest good =
        ReleaseRequest.parse(
            house.root.verify(
                house.sign(
                    house.governance.propose("m", audience, house.now.plus(DAY)).statement(),
                    "sys")));
    return new ReleaseRequest(
            good.model(),
            good.manifest(),
            audience,
            good.zone(),
            good.areas(),
            new java.util.TreeSet<>(),
            good.waivers(),
            good.resumes(),
            good.thresholds(),
            good.policy(),
            good.trustRoot(),
            good.requested(),
            good.expires())
        .statement();
  }

  @Test
  void everyDecisionIsAnEntryAndComesOutTheSame() throws Exception {
    Digest release = accepted(house.request(Audience.LIMITED));
    house.control("incident-plan", false);
    house.now = house.now.plusSeconds(120);
    house.governance.sweep();
    assertEquals(1, entries("release.held").size(), "the gate says no now, for another reason");
    assertInstanceOf(Outcome.Refused.class, house.approve(release, "sec1"));
    house.control("incident-plan", true);
    house.governance.sweep();
    accepted(house.approve(release, "sec1"));
    accepted(house.approve(release, "aud"));
    assertEquals(State.ACTIVE, house.state(release));
    house.now = house.now.plus(DAY.multipliedBy(20));
    house.governance.sweep();
    assertInstanceOf(Outcome.Refused.class, house.approve(release, "sec2"), "it is suspended");
    house.now = house.now.plus(DAY.multipliedBy(20));
    house.governance.sweep();
    List<Replay.Decision> decisions = replay(release, house.entries);
    assertEquals(
        List.of(
            "release.requested",
            "release.held",
            "submission.refused",
            "release.held",
            "release.approved",
            "release.approved",
            "release.activated",
            "release.suspended",
            "submission.refused",
            "release.expired"),
        types(decisions));
    assertTrue(decisions.stream().allMatch(Replay.Decision::same), decisions::toString);
    assertInstanceOf(Verdict.Await.class, decisions.getFirst().verdict());
    assertInstanceOf(Verdict.Deny.class, decisions.get(1).verdict());
    assertInstanceOf(Verdict.Await.class, decisions.get(4).verdict(), "one of two");
    assertInstanceOf(Verdict.Allow.class, decisions.get(5).verdict());
  }

  @Test
  void aRefusedRequestIsReplayedThoughItIsNoRelease() throws Exception {
    Statement asked = unfounded(Audience.INTERNAL);
    Digest id = house.sign(asked, "sys").id();
    assertInstanceOf(Outcome.Refused.class, house.submit(asked, "sys"));
    Replay replay = new Replay(house.root, id);
    for (int i = 0; i < house.entries.size(); i++) {
      replay.apply(i, house.entries.get(i));
    }
    assertTrue(replay.found());
    assertTrue(replay.decisions().getFirst().same());
    assertTrue(house.governance.show(id).isEmpty());
  }

  @Test
  void everyAlteredVerdictIsFound() throws Exception {
    Digest release = accepted(house.request(Audience.LIMITED));
    house.control("incident-plan", false);
    house.now = house.now.plusSeconds(120);
    assertInstanceOf(Outcome.Refused.class, house.approve(release, "sec1"));
    house.governance.sweep();
    house.control("incident-plan", true);
    accepted(house.approve(release, "sec1"));
    accepted(house.approve(release, "aud"));
    accepted(house.withdraw(Withdrawal.Kind.RELEASE, release, "aud"));
    int altered = 0;
    for (int i = 0; i < house.entries.size(); i++) {
      Entry entry = house.entries.get(i);
      if (entry.data().find("verdict").isEmpty()) {
        continue;
      }
      Map<String, Json> data = new HashMap<>(entry.data().members());
      data.put("verdict", Json.of(Digest.of("another").toString()));
      List<Entry> forged = new ArrayList<>(house.entries);
      forged.set(i, new Entry(entry.type(), entry.time(), new Json.Obj(data)));
      long found = replay(release, forged).stream().filter(d -> !d.same()).count();
      assertEquals(1, found, entry.type());
      altered++;
    }
    assertEquals(7, altered);
    assertEquals(1, entries("release.revoked").size());
  }

  @Test
  void anEntryWithoutItsReasonIsFoundToo() throws Exception {
    Digest release = accepted(house.request(Audience.LIMITED));
    accepted(house.approve(release, "sec1"));
    List<Entry> forged = new ArrayList<>(house.entries);
    forged.removeIf(e -> e.type().equals("evidence.added"));
    assertFalse(replay(release, forged).getFirst().same());
  }

  @Test
  void nobodyFillsTheLogByBeingRefused() throws Exception {
    Digest release = accepted(house.request(Audience.LIMITED));
    house.control("incident-plan", false);
    for (int i = 0; i < 100; i++) {
      house.now = house.now.plusSeconds(1);
      house.approve(release, "sec1");
    }
    assertEquals(RefusedSubmissions.SINGLY, entries("submission.refused").size());
    // A restart opens no new window, and another person is not shut out.
    house.restart();
    house.approve(release, "sec1");
    assertEquals(RefusedSubmissions.SINGLY, entries("submission.refused").size());
    house.approve(release, "aud");
    assertEquals(RefusedSubmissions.SINGLY + 1, entries("submission.refused").size());
    house.now = house.now.plus(RefusedSubmissions.WINDOW);
    house.governance.sweep();
    Entry count = entries("submission.refused").getLast();
    assertEquals(1, count.data().integer("count"), "what the restart did not forget");
    assertTrue(replay(release, house.entries).stream().allMatch(Replay.Decision::same));
  }

  @Test
  void aLargeStatementThatIsRefusedIsOnlyCounted() throws Exception {
    ReleaseRequest good =
        ReleaseRequest.parse(house.root.verify(house.sign(unfounded(Audience.INTERNAL), "sys")));
    java.util.TreeSet<Digest> many = new java.util.TreeSet<>();
    for (int i = 0; i < 1000; i++) {
      many.add(Digest.of("no " + i));
    }
    Statement asked =
        new ReleaseRequest(
                good.model(),
                good.manifest(),
                good.audience(),
                good.zone(),
                good.areas(),
                many,
                good.waivers(),
                good.resumes(),
                good.thresholds(),
                good.policy(),
                good.trustRoot(),
                good.requested(),
                good.expires())
            .statement();
    assertInstanceOf(Outcome.Refused.class, house.submit(asked, "sys"));
    assertEquals(0, entries("submission.refused").size());
  }

  @Test
  void whatAReleaseWaitsForIsWrittenAtMostOnceAMinute() throws Exception {
    accepted(house.request(Audience.LIMITED));
    for (int i = 0; i < 60; i++) {
      house.now = house.now.plusSeconds(1);
      house.control("incident-plan", i % 2 == 1);
      house.governance.sweep();
    }
    assertEquals(1, entries("release.held").size());
  }

  /** Governs nothing: keyd's reading of the log is that of History, which passes it over. */
  @Test
  void entriesOfDecisionsChangeNothingByThemselves() throws Exception {
    Digest release = accepted(house.request(Audience.LIMITED));
    History log = new History(house.root);
    for (Entry e : house.entries) {
      log.apply(e.time(), e.type(), e.data());
    }
    long before = log.changes();
    Envelope yes =
        house.sign(Approval.statement(release, "sec1", house.now, house.now.plus(DAY)), "sec1");
    for (String type : List.of("submission.refused", "release.held")) {
      log.apply(
          house.now,
          type,
          Json.obj()
              .put("envelope", yes.toJson())
              .put("release", release)
              .put("rules", "")
              .put("at", house.now)
              .put("verdict", Digest.of("allow"))
              .build());
    }
    assertEquals(before, log.changes());
    assertEquals(List.of(), log.release(release).orElseThrow().approvals());
    assertEquals(State.IN_REVIEW, log.release(release).orElseThrow().state());
  }
}
