package dev.sallyport.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
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
import java.util.Set;
import org.junit.jupiter.api.Test;

class RiskReportTest {
  private static final Instant NOW = Instant.parse("2026-11-24T00:00:00Z");
  private static final Digest MANIFEST = Digest.of("weights");

  private final List<RiskReport.Item> evidence = new ArrayList<>();

  private final Signatures people = new Signatures();
  private final List<Json.Obj> waivers = new ArrayList<>();

  RiskReportTest() throws Exception {}

  private RiskReport report() throws BadInput {
    return report(Defaults.policy(), Set.of());
  }

  private RiskReport report(Json.Obj policy, Set<String> failing) throws BadInput {
    return new RiskReport(
        new RiskReport.Model("tiny", MANIFEST),
        people.root,
        Json.parseObject(Defaults.registerFile(LocalDate.of(2027, 1, 1))),
        SignedDocuments.read(
            people.root,
            List.of(
                people.document(Policy.statement(policy)),
                people.document(Thresholds.statement(Defaults.thresholds())))),
        evidence,
        List.of(),
        waivers,
        failing,
        NOW);
  }

  private void add(Evidence said, boolean withdrawn, boolean struck) throws BadInput {
    // As the server lists it, so that reading it back is part of every test.
    Json.Obj listed =
        Json.obj()
            .put("envelope", people.sign(said.statement(), "assessor1").toJson())
            .put("withdrawn", withdrawn)
            .put("struck", struck)
            .build();
    evidence.add(RiskReport.Item.read(people.root, listed));
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
    assertTrue(text.contains("weights-sealed        NOT EFFECTIVE\n"), text);
    assertTrue(text.contains("NO EVIDENCE"), text);
  }

  @Test
  void evidenceOfAKindThatThePolicyDoesNotTakeDoesNotCount() throws Exception {
    add(control(true, 100), false, false);
    assertFalse(sealed(report(Defaults.policy(), Set.of("weights-sealed"))).bool("effective"));
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
    RiskReport strict = report(demanding.build(), Set.of());
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
        "",
        "assessment");
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

  /** Word for word what the issue asks of each stage. */
  @Test
  void everyStageShowsWhatItIsMadeOf() throws Exception {
    add(cyber("0.25", "0.5"), false, false);
    add(cyber("0.1", "0.2").under(Condition.MITIGATED), false, false);
    add(control(true, 100), true, false);
    waivers.add(
        Json.obj()
            .put("control", "weights-sealed")
            .put("audience", "INTERNAL")
            .put("zone", "GREEN")
            .put("expires", "2027-01-01T00:00:00Z")
            .put("state", "in force")
            .put("reason", "audit late")
            .build());
    String text = String.join("\n", RiskReportLines.of(report()));
    for (String shown :
        List.of(
            "environment: Served through an API",
            "threat source: Criminals and state groups",
            "capability: Finding flaws",
            "scenario, serious, possible: A group without experts",
            "Against it: abuse-monitoring, user-vetting",
            "version 1, signed by sec1, sec2",
            "higher is worse",
            "source: ",
            "pacebench-total, runs: 2",
            "0.25, from 0 to 0.5, 100 samples, unmitigated",
            "effort: 2 epochs reduced by mean",
            "decided at 0.5; margin to yellow -0.2, to red 0.1",
            "after mitigation at 0.2; margin to yellow 0.1, to red 0.4",
            "decides: effective, assessment of",
            "WITHDRAWN",
            "waiver of weights-sealed up to INTERNAL and zone GREEN",
            "aud, signs with an own key",
            "2 approvals, one of a security-admin at least",
            "changed 2026-11-01      policy to version 1, signed by sec1, sec2",
            "incidents               none in the register",
            "review 2027-01-01")) {
      assertTrue(text.contains(shown), shown + "\n" + text);
    }
    Json.Obj json = report().toJson();
    assertEquals(2, json.object("governance").objects("changes").size());
    assertEquals(5, json.object("governance").objects("people").size());
    assertEquals(List.of("sec1", "sec2"), json.object("thresholds").strings("signedBy"));
    assertEquals("0.1", cyber(report()).object("afterMitigation").string("marginToYellow"));
  }
}
