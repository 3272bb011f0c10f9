package dev.sallyport.risk;

import static dev.sallyport.risk.Installation.START;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Digest;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Signed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** The rules to prove of DESIGN §9, on seeded random files. {@code -Dseed=n} repeats a run. */
class GatePropertyTest {
  private static final int ROUNDS = 150;
  private static final long SEED = Long.getLong("seed", System.nanoTime());
  private static final long DAY = 86_400L;

  private final Random random = new Random(SEED);
  private final Installation at = new Installation();
  private final List<Signed> good = at.goodEvidence();

  /** Signing is what takes time here, so the same evidence is dealt again and again. */
  private final List<Signed> pool =
      Stream.generate(() -> at.evidence(randomEvidence())).limit(40).toList();

  @BeforeEach
  void printSeed(TestInfo test) {
    System.out.println(test.getDisplayName() + " seed=" + SEED);
  }

  /** An instant at or after START; everything random was stated by START. */
  private Instant later() {
    return START.plusSeconds(random.nextLong(40 * DAY));
  }

  private Evaluation randomEvaluation() {
    String area = random.nextBoolean() ? "cyber" : "bio";
    String value = random.nextInt(100) < 70 ? "0." + random.nextInt(30) : "0.7";
    long samples = random.nextInt(10) == 0 ? 10 : 100;
    Instant observed = START.minusSeconds(random.nextLong(DAY));
    return Installation.evaluation(
        area, value, samples, observed, START.plusSeconds(1 + random.nextLong(40 * DAY)));
  }

  private Evidence randomEvidence() {
    if (random.nextInt(3) > 0) {
      return randomEvaluation();
    }
    return new ControlEvidence(
        ControlEvidence.INSTALLATION,
        at.root.id(),
        random.nextBoolean() ? "sealed" : "drill",
        random.nextInt(5) > 0,
        START.minusSeconds(random.nextLong(DAY)),
        START.plusSeconds(1 + random.nextLong(40 * DAY)),
        "");
  }

  private List<Signed> randomEvidenceList() {
    List<Signed> list = new ArrayList<>(random.nextBoolean() ? good : List.of());
    for (int i = random.nextInt(5); i > 0; i--) {
      Signed dealt = pool.get(random.nextInt(pool.size()));
      if (!list.contains(dealt)) {
        list.add(dealt);
      }
    }
    return list;
  }

  /** A file that a careful requester would make, so that many are allowed. */
  private ReleaseFile randomFile() throws Exception {
    List<Signed> evidence = randomEvidenceList();
    ZoneReport report = report(evidence, Set.of(), START);
    Audience audience = List.of(Audience.values()).get(random.nextInt(4));
    ReleaseRequest request =
        at.request(audience, report.areas().get("cyber"), report.areas().get("bio"), evidence);
    Signed signed = at.sign(request.statement(), "sys");
    List<Signed> approvals = new ArrayList<>();
    for (String who : List.of("sec1", "sec2", "aud", "sys", "assessor")) {
      for (int i = random.nextInt(3); i > 0; i--) {
        Instant from = START.minusSeconds(random.nextLong(DAY));
        approvals.add(
            at.approval(signed, who, from, START.plusSeconds(1 + random.nextLong(20 * DAY))));
      }
    }
    return at.file(signed, evidence, approvals);
  }

  private ZoneReport report(List<Signed> evidence, Set<Digest> withdrawn, Instant now)
      throws Exception {
    List<Attested> attested = new ArrayList<>();
    for (Signed s : evidence) {
      attested.add(Attested.parse(s));
    }
    return ZoneReport.of(Thresholds.parse(at.thresholds), attested, withdrawn, now);
  }

  private static void assertNoBetter(ZoneReport before, ZoneReport after) {
    before
        .areas()
        .forEach((area, zone) ->
            assertFalse(zone.worseThan(after.areas().get(area)), area + " got better"));
  }

  private static boolean allows(Verdict verdict) {
    return verdict instanceof Verdict.Allow;
  }

  private static ReleaseFile with(ReleaseFile f, List<Signed> evidence, Set<Digest> withdrawn) {
    return new ReleaseFile(
        f.root(), f.policy(), f.thresholds(), f.request(), evidence, f.approvals(), withdrawn);
  }

  @Test
  void replaysByteForByteInWhateverOrderTheFileIs() throws Exception {
    int allowed = 0;
    for (int i = 0; i < ROUNDS; i++) {
      ReleaseFile file = randomFile();
      Instant now = later();
      List<Signed> evidence = new ArrayList<>(file.evidence());
      List<Signed> approvals = new ArrayList<>(file.approvals());
      Collections.shuffle(evidence, random);
      Collections.shuffle(approvals, random);
      ReleaseFile shuffled = at.file(file.request(), evidence, approvals);
      Verdict verdict = Gate.judge(file, now);
      assertArrayEquals(
          verdict.toJson().canonical(), Gate.judge(shuffled, now).toJson().canonical());
      allowed += allows(Gate.judge(file, START)) ? 1 : 0;
    }
    assertTrue(allowed > ROUNDS / 20, "the generator makes too few good files: " + allowed);
  }

  @Test
  void passingTimeNeverLowersAZoneNorWidensAccess() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      ReleaseFile file = randomFile();
      Instant a = later();
      Instant b = a.plusSeconds(random.nextLong(10 * DAY));
      assertNoBetter(report(file.evidence(), Set.of(), a), report(file.evidence(), Set.of(), b));
      Verdict early = Gate.judge(file, a);
      if (Gate.judge(file, b) instanceof Verdict.Allow late) {
        assertEquals(early, late);
      }
    }
  }

  @Test
  void withdrawingNeverLowersAZoneNorWidensAccess() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      ReleaseFile file = randomFile();
      List<Signed> all = new ArrayList<>(file.evidence());
      all.addAll(file.approvals());
      all.add(file.request());
      Set<Digest> one = new HashSet<>();
      Set<Digest> more = new HashSet<>();
      for (Signed s : all) {
        if (random.nextInt(4) == 0) {
          more.add(s.id());
          if (random.nextBoolean()) {
            one.add(s.id());
          }
        }
      }
      Instant now = later();
      assertNoBetter(report(file.evidence(), one, now), report(file.evidence(), more, now));
      Verdict before = Gate.judge(with(file, file.evidence(), one), now);
      if (Gate.judge(with(file, file.evidence(), more), now) instanceof Verdict.Allow after) {
        Verdict.Allow allowed = (Verdict.Allow) before;
        assertEquals(allowed.audience(), after.audience());
        assertFalse(after.notAfter().isAfter(allowed.notAfter()));
      }
    }
  }

  @Test
  void removingOrAddingEvidenceNeverTurnsANoIntoAYes() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      ReleaseFile file = randomFile();
      Instant now = later();
      List<Signed> other = new ArrayList<>(file.evidence());
      if (!other.isEmpty() && random.nextBoolean()) {
        other.remove(random.nextInt(other.size()));
      } else {
        other.add(pool.get(random.nextInt(pool.size())));
      }
      Verdict changed = Gate.judge(with(file, other, Set.of()), now);
      boolean same = ids(other).equals(ids(file.evidence()));
      assertTrue(same || !allows(changed));
    }
  }

  private static Set<Digest> ids(List<Signed> list) {
    Set<Digest> ids = new HashSet<>();
    list.forEach(s -> ids.add(s.id()));
    return ids;
  }

  @Test
  void addingWorseEvidenceNeverLowersAZone() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      List<Signed> evidence = randomEvidenceList();
      Instant now = later();
      ZoneReport before = report(evidence, Set.of(), now);
      Evaluation added = randomEvaluation();
      Zone shown = Thresholds.parse(at.thresholds).criterionOf(added).orElseThrow().shown(added);
      evidence.add(at.evidence(added));
      ZoneReport after = report(evidence, Set.of(), now);
      Zone was = before.areas().get(added.area());
      // Only a good first result makes the unknown known; nothing else ever helps.
      if (was != Zone.INDETERMINATE || shown.worseThan(Zone.GREEN)) {
        assertNoBetter(before, after);
      }
    }
  }

  @Test
  void neverOutlivesRequestEvidenceOrQuorumAndKeepsPeopleApart() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      ReleaseFile file = randomFile();
      Instant now = later();
      if (!(Gate.judge(file, now) instanceof Verdict.Allow allow)) {
        continue;
      }
      Policy policy = Policy.parse(file.policy());
      assertTrue(now.isBefore(allow.notAfter()));
      assertFalse(allow.notAfter().isAfter(ReleaseRequest.parse(file.request()).expires()));
      Set<Person> apart = new HashSet<>(file.request().signers());
      for (Signed s : file.evidence()) {
        assertFalse(allow.notAfter().isAfter(Attested.parse(s).evidence().validUntil()));
        apart.addAll(s.signers());
      }
      Instant last = allow.notAfter().minusNanos(1);
      Set<Person> approvers = new HashSet<>();
      for (Signed s : file.approvals()) {
        Person who = s.signers().getFirst();
        if (Signers.approves(who) && last.isBefore(Approval.parse(s).expires())) {
          approvers.add(who);
        }
      }
      approvers.removeAll(apart);
      assertTrue(approvers.size() >= policy.quorum(allow.audience()), "seed " + SEED);
    }
  }

  @Test
  void worseZonesNeverPermitMoreInAnyPolicyThatIsRead() throws Exception {
    int read = 0;
    for (int i = 0; i < 2_000; i++) {
      String text = Documented.POLICY;
      for (String zone : List.of("GREEN", "INDETERMINATE", "YELLOW", "RED")) {
        List<String> widest = List.of("NONE", "INTERNAL", "TRUSTED_PARTNER", "LIMITED", "PUBLIC");
        text =
            text.replaceFirst(
                "\"" + zone + "\":\\{\"audience\":\"[A-Z_]+\"",
                "\"" + zone + "\":{\"audience\":\"" + widest.get(random.nextInt(5)) + "\"");
      }
      Policy policy;
      try {
        policy = Policy.read(Documented.json(text));
      } catch (dev.sallyport.core.BadInput refused) {
        continue;
      }
      read++;
      assertMonotone(policy);
    }
    assertTrue(read > 0, "no random policy was read");
  }

  private static void assertMonotone(Policy policy) {
    for (Zone zone : Zone.values()) {
      for (Audience audience : Audience.values()) {
        for (Zone better : Zone.values()) {
          if (policy.permits(zone, audience) && !better.worseThan(zone)) {
            assertTrue(policy.permits(better, audience));
            assertTrue(
                policy.controls(zone, audience).containsAll(policy.controls(better, audience)));
          }
        }
      }
    }
    assertFalse(policy.permits(Zone.RED, Audience.INTERNAL));
  }
}
