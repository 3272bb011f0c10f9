package dev.sallyport.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.release.Defaults;
import dev.sallyport.risk.ControlEvidence;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.Evaluation.Condition;
import dev.sallyport.risk.Evidence;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Score;
import dev.sallyport.risk.Thresholds;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RiskReportTest {
  private static final Instant NOW = Instant.parse("2026-11-24T00:00:00Z");
  private static final Digest MANIFEST = Digest.of("weights");

  private static final List<Person> PEOPLE =
      List.of(new Person("assessor1", Role.ASSESSOR, SigningKey.generate().verifyingKey()));

  private final List<RiskReport.Item> evidence = new ArrayList<>();

  private RiskReport report() throws BadInput {
    return new RiskReport(
        new RiskReport.Model("tiny", MANIFEST),
        Json.parseObject(Defaults.registerFile(LocalDate.of(2027, 1, 1))),
        Thresholds.read(Defaults.thresholds()),
        Policy.read(Defaults.policy()),
        evidence,
        List.of(),
        PEOPLE,
        NOW);
  }

  private void add(Evidence said, boolean withdrawn, boolean struck) throws BadInput {
    // As the server lists it, so that reading it back is part of every test.
    Json.Obj listed =
        Json.obj()
            .put("id", said.statement().predicate().digest())
            .put("subject", said.statement().subject().name())
            .put("digest", said.statement().subject().digest())
            .put("type", said.statement().predicateType())
            .put("predicate", said.statement().predicate())
            .put("by", "assessor1")
            .put("withdrawn", withdrawn)
            .put("struck", struck)
            .build();
    evidence.add(RiskReport.Item.read(listed));
  }

  private static Evaluation cyber(String value, String high) throws BadInput {
    return new Evaluation(
        "tiny",
        MANIFEST,
        "cyber-offense",
        "pacebench-total",
        Score.parse(value),
        Score.parse("0"),
        Score.parse(high),
        100,
        NOW.minusSeconds(60),
        NOW.plusSeconds(60),
        new Evaluation.Source("inspect", "run.eval", Digest.of("run")),
        "2 epochs reduced by mean");
  }

  private static Json.Obj cyber(RiskReport report) throws BadInput {
    return report.toJson().object("evaluation").objects("areas").getFirst();
  }

  @Test
  void thePessimisticEndDecidesAndTheMarginsAreExact() throws Exception {
    add(cyber("0.25", "1/3"), false, false);
    Json.Obj area = cyber(report());
    assertEquals("YELLOW", area.string("zone"));
    assertEquals("1/3", area.string("pessimisticEnd"));
    assertEquals("-1/30", area.string("marginToYellow"));
    assertEquals("4/15", area.string("marginToRed"));
    assertEquals("not shown", area.string("zoneAfterMitigation"));
    String text = String.join("\n", RiskReportLines.of(report()));
    assertTrue(text.contains("decided at ≈0.333333; margin to yellow ≈-0.033333"), text);
    assertTrue(text.contains("2 epochs reduced by mean"), text);
    assertTrue(text.contains("INDETERMINATE MISSING"), text);
  }

  @Test
  void whatRemainsAfterMitigationIsShownAndDecidesNothing() throws Exception {
    add(cyber("0.5", "0.5"), false, false);
    add(cyber("0.1", "0.2").under(Condition.MITIGATED), false, false);
    Json.Obj area = cyber(report());
    assertEquals("YELLOW", area.string("zone"));
    assertEquals("GREEN", area.string("zoneAfterMitigation"));
    Json.Obj all = report().toJson().object("evaluation");
    assertEquals("YELLOW", all.string("zone"));
    // Six areas have no evaluation with guards.
    assertEquals("INDETERMINATE", all.string("zoneAfterMitigation"));
  }

  @Test
  void withdrawnEvidenceStillCountsAgainstTheModelAndStruckDoesNot() throws Exception {
    add(cyber("0.7", "0.7"), true, false);
    assertEquals("RED", cyber(report()).string("zone"));
    assertEquals("NONE", report().toJson().object("mitigation").string("widestAudience"));
    evidence.clear();
    add(cyber("0.7", "0.7"), true, true);
    assertEquals("INDETERMINATE", cyber(report()).string("zone"));
    assertTrue(String.join("\n", RiskReportLines.of(report())).contains("STRUCK"));
  }

  @Test
  void ofAControlTheLatestWordCounts() throws Exception {
    add(control(true, 100), false, false);
    assertTrue(sealed(report()).bool("effective"));
    add(control(false, 50), false, false);
    assertFalse(sealed(report()).bool("effective"));
    add(control(true, 50), false, false);
    assertFalse(sealed(report()).bool("effective"), "of two at one instant the worse");
    String text = String.join("\n", RiskReportLines.of(report()));
    assertTrue(text.contains("weights-sealed        NOT EFFECTIVE"), text);
    assertTrue(text.contains("NO EVIDENCE"), text);
  }

  @Test
  void evidenceOfAKindThatThePolicyDoesNotTakeDoesNotCount() throws Exception {
    add(control(true, 100), false, false);
    Json.Builder demanding = Json.obj();
    Defaults.policy()
        .members()
        .forEach((name, value) -> {
          if (!name.equals("controlRules")) {
            demanding.put(name, value);
          }
        });
    Json.Obj rule =
        Json.obj()
            .put("attest", Json.strings(List.of("assessor")))
            .put("evidence", Json.strings(List.of("scan")))
            .put("days", 30)
            .build();
    demanding.put("controlRules", Json.obj().put("weights-sealed", rule).build());
    RiskReport lenient = report();
    RiskReport strict =
        new RiskReport(
            lenient.model(),
            lenient.register(),
            lenient.thresholds(),
            Policy.read(demanding.build()),
            evidence,
            List.of(),
            PEOPLE,
            NOW);
    assertTrue(sealed(lenient).bool("effective"));
    assertFalse(sealed(strict).bool("effective"));
  }

  private static ControlEvidence control(boolean effective, long ago) {
    return new ControlEvidence(
        "tiny",
        MANIFEST,
        "weights-sealed",
        effective,
        NOW.minusSeconds(ago),
        NOW.plusSeconds(60),
        "");
  }

  private static Json.Obj sealed(RiskReport report) throws BadInput {
    for (Json.Obj control :
        report.toJson().object("mitigation").object("controls").objects("INTERNAL")) {
      if (control.string("control").equals("weights-sealed")) {
        return control;
      }
    }
    throw new AssertionError("no such control");
  }

  @Test
  void allSixStagesAreThere() throws Exception {
    String text = String.join("\n", RiskReportLines.of(report()));
    int number = 0;
    for (String stage :
        List.of(
            "identification", "thresholds", "analysis", "evaluation", "mitigation", "governance")) {
      number++;
      assertTrue(text.contains("\n" + number + " " + stage), text);
      assertTrue(report().toJson().find(stage).isPresent(), stage);
    }
    assertTrue(text.contains("owner biosecurity lead, review 2027-01-01"), text);
    assertTrue(text.contains("no evaluation"), text);
  }
}
