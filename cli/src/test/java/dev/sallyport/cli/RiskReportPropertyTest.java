package dev.sallyport.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.release.Defaults;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.ControlEvidence;
import dev.sallyport.risk.Criterion;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.History;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Score;
import dev.sallyport.risk.Standing;
import dev.sallyport.risk.Thresholds;
import dev.sallyport.risk.Withdrawal;
import dev.sallyport.risk.Zone;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The report and the gate see the same, on seeded random logs. {@code -Dseed=n} repeats a run. */
class RiskReportPropertyTest {
  private static final int ROUNDS = 25;
  private static final long SEED = Long.getLong("seed", System.nanoTime());
  private static final Instant NOW = Instant.parse("2026-11-24T00:00:00Z");
  private static final Digest MANIFEST = Digest.of("weights");
  private static final long DAY = 86_400;
  private static final List<String> CONTROLS =
      List.of("weights-sealed", "log-witnessed", "isolation-drill", "incident-plan");

  private final Random random = new Random(SEED);
  private final Signatures people = new Signatures();

  RiskReportPropertyTest() throws Exception {}

  /** One log, told to the gate entry by entry and to the report as the server lists it. */
  private final class Told {
    final History log = new History(people.root);
    final List<Envelope> evidence = new ArrayList<>();
    final Set<Digest> withdrawn = new HashSet<>();
    final Set<Digest> struck = new HashSet<>();
    final Set<String> failing = new HashSet<>();
    final List<Json.Obj> documents = new ArrayList<>();

    void enter(String type, Envelope envelope) throws Exception {
      log.apply(NOW, type, Json.obj().put("envelope", envelope.toJson()).build());
    }

    void document(String type, dev.sallyport.keys.Statement statement) throws Exception {
      Json.Obj listed = people.document(statement);
      documents.add(listed);
      enter(type, Envelope.parse(listed.object("envelope")));
    }

    void withdraw(Envelope target) throws Exception {
      boolean strike = random.nextBoolean();
      var said = Withdrawal.statement(Withdrawal.Kind.EVIDENCE, target.id(), NOW, "test");
      enter("withdrawn", strike ? people.sign(said, "sec1", "sec2") : people.sign(said, "sec1"));
      withdrawn.add(target.id());
      if (strike) {
        struck.add(target.id());
      }
    }

    RiskReport report() throws Exception {
      List<RiskReport.Item> items = new ArrayList<>();
      for (Envelope e : evidence) {
        items.add(
            RiskReport.Item.read(
                people.root,
                Json.obj()
                    .put("envelope", e.toJson())
                    .put("withdrawn", withdrawn.contains(e.id()))
                    .put("struck", struck.contains(e.id()))
                    .build()));
      }
      return new RiskReport(
          new RiskReport.Model("tiny", MANIFEST),
          people.root,
          Json.parseObject(Defaults.registerFile(LocalDate.of(2027, 1, 1))),
          SignedDocuments.read(people.root, documents),
          items,
          List.of(),
          List.of(),
          failing,
          NOW);
    }
  }

  private Instant around(long days) {
    return NOW.plusSeconds(random.nextLong(2 * days * DAY) - days * DAY);
  }

  private Envelope control() {
    boolean ofModel = random.nextBoolean();
    // A wrong digest is about another installation, whatever the name says.
    Digest other = random.nextInt(8) == 0 ? Digest.of("other") : people.root.id();
    Instant observed = random.nextInt(4) == 0 ? NOW.minusSeconds(DAY) : around(60);
    ControlEvidence said =
        new ControlEvidence(
            ofModel ? "tiny" : ControlEvidence.INSTALLATION,
            ofModel ? MANIFEST : other,
            CONTROLS.get(random.nextInt(CONTROLS.size())),
            random.nextInt(4) > 0,
            observed,
            observed.plusSeconds(1 + random.nextLong(90 * DAY)),
            "no " + random.nextLong(),
            List.of("statement", "drill", "assessment", "scan").get(random.nextInt(4)));
    String by = random.nextInt(3) == 0 ? "aud" : "assessor1";
    return people.sign(said.statement(), by);
  }

  private Envelope evaluation(List<Criterion> criteria) throws Exception {
    Criterion c = criteria.get(random.nextInt(criteria.size()));
    Score score = Score.parse("0." + random.nextInt(100));
    Instant observed = around(30);
    Evaluation said =
        new Evaluation(
            "tiny",
            MANIFEST,
            c.area(),
            c.metric(),
            score,
            score,
            score,
            random.nextInt(300) + 1L,
            observed,
            observed.plusSeconds(1 + random.nextLong(60 * DAY)),
            new Evaluation.Source("json", "r.json", Digest.of("r")),
            "");
    return people.sign(said.statement(), "assessor1");
  }

  private Json.Obj policy() throws Exception {
    Map<String, Json> rules = new HashMap<>();
    for (String control : CONTROLS) {
      if (random.nextBoolean()) {
        List<String> attest =
            random.nextBoolean() ? List.of("assessor") : List.of("assessor", "audit-admin");
        List<String> kinds = random.nextBoolean() ? List.of() : List.of("drill", "assessment");
        rules.put(
            control,
            Json.obj()
                .put("attest", Json.strings(attest))
                .put("evidence", Json.strings(kinds))
                .put("days", 1 + random.nextInt(60))
                .build());
      }
    }
    Map<String, Json> policy = new HashMap<>(Defaults.policy().members());
    policy.put("controlRules", new Json.Obj(rules));
    return new Json.Obj(policy);
  }

  private Told told() throws Exception {
    Told told = new Told();
    told.document("policy.set", Policy.statement(policy()));
    told.document("thresholds.set", Thresholds.statement(Defaults.thresholds()));
    List<Criterion> criteria = Thresholds.read(Defaults.thresholds()).criteria();
    for (int i = 4 + random.nextInt(20); i > 0; i--) {
      Envelope e = random.nextInt(3) == 0 ? evaluation(criteria) : control();
      told.enter("evidence.added", e);
      told.evidence.add(e);
      if (random.nextInt(5) == 0) {
        told.withdraw(e);
      }
    }
    if (random.nextInt(4) == 0) {
      String control = CONTROLS.get(random.nextInt(CONTROLS.size()));
      told.failing.add(control);
      told.log.apply(
          NOW,
          "check.failed",
          Json.obj()
              .put("check", "c")
              .put("control", control)
              .put("about", people.root.id())
              .put("reason", "test")
              .build());
    }
    return told;
  }

  @Test
  void reportAndGateNeverDisagreeOnAControlOrAZone() throws Exception {
    System.out.println("seed=" + SEED);
    int good = 0;
    int bad = 0;
    for (int i = 0; i < ROUNDS; i++) {
      Told told = told();
      RiskReport report = told.report();
      Standing gate = Standing.at(told.log, Standing.Since.ENTRY, NOW).orElseThrow();
      assertEquals(gate.report(MANIFEST).toJson(), report.before().toJson(), "zones, seed " + SEED);
      for (Audience audience : Audience.values()) {
        Set<String> refused = new HashSet<>(gate.ineffective(MANIFEST, Zone.YELLOW, audience));
        Set<String> broken = told.log.failing(MANIFEST);
        broken.retainAll(gate.policy().controls(Zone.YELLOW, audience));
        refused.addAll(broken);
        Set<String> shown = new HashSet<>();
        for (RiskReport.Required state : report.controls(Zone.YELLOW, audience)) {
          if (!state.effective()) {
            shown.add(state.control());
          }
        }
        assertEquals(refused, shown, audience + ", seed " + SEED);
        good += report.controls(Zone.YELLOW, audience).size() - shown.size();
        bad += shown.size();
      }
    }
    assertTrue(good > ROUNDS / 2 && bad > ROUNDS / 2, good + " effective, " + bad + " not");
  }
}
