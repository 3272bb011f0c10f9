package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.Criterion;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.Score;
import dev.sallyport.risk.Zone;
import dev.sallyport.risk.ZoneReport;
import dev.sallyport.risk.ZoneReport.AreaZone;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/** The report as people read it, stage by stage. */
final class RiskReportLines {
  private final RiskReport report;
  private final List<String> lines = new ArrayList<>();

  private RiskReportLines(RiskReport report) {
    this.report = report;
  }

  static List<String> of(RiskReport report) throws BadInput {
    RiskReportLines lines = new RiskReportLines(report);
    lines.write();
    return lines.lines;
  }

  private void write() throws BadInput {
    lines.add("Risks of " + report.model().name() + " at " + report.now());
    lines.add("manifest " + report.model().manifest());
    identification();
    thresholds();
    analysis();
    ZoneReport before = report.before();
    evaluation(before, report.after());
    mitigation(before.zone());
    governance();
  }

  private void stage(int number, String name, String summary) {
    lines.add("");
    lines.add(number + " " + Text.column(name, 16) + summary);
  }

  private void identification() throws BadInput {
    List<Json.Obj> risks = report.register().objects("risks");
    stage(1, "identification", risks.size() + " risks in the register");
    for (Json.Obj risk : risks) {
      lines.add("  " + Text.column(risk.string("area"), 24) + risk.string("title"));
      lines.add(
          " ".repeat(26)
              + risk.string("domain")
              + ", "
              + risk.objects("scenarios").size()
              + " scenarios, owner "
              + risk.string("owner")
              + ", review "
              + risk.string("review"));
    }
  }

  private void thresholds() {
    stage(2, "thresholds", "version " + report.thresholds().version());
    for (Criterion c : report.thresholds().criteria()) {
      lines.add(
          "  "
              + Text.column(c.area(), 24)
              + c.metric()
              + ": yellow "
              + c.yellow()
              + ", red "
              + c.red()
              + ", "
              + worse(c)
              + " is worse, "
              + c.minimumSamples()
              + " samples at least");
    }
  }

  private static String worse(Criterion c) {
    return switch (c.direction()) {
      case HIGHER_IS_WORSE -> "higher";
      case LOWER_IS_WORSE -> "lower";
    };
  }

  private void analysis() {
    stage(3, "analysis", "what was evaluated, with what effort, and how sure");
    for (Criterion c : report.thresholds().criteria()) {
      List<RiskReport.Item> items = report.evaluations(c);
      if (items.isEmpty()) {
        lines.add("  " + Text.column(c.area(), 24) + "no evaluation");
      }
      for (RiskReport.Item item : items) {
        if (item.said() instanceof Evaluation e) {
          evaluated(c, item, e);
        }
      }
    }
  }

  private void evaluated(Criterion c, RiskReport.Item item, Evaluation e) {
    String state =
        item.struck()
            ? "STRUCK"
            : item.withdrawn() ? "WITHDRAWN" : item.fresh(report.now()) ? "" : "LAPSED";
    lines.add(
        "  "
            + Text.column(c.area(), 24)
            + number(e.value())
            + ", from "
            + number(e.low())
            + " to "
            + number(e.high())
            + ", "
            + e.samples()
            + " samples, "
            + e.condition().label()
            + (state.isEmpty() ? "" : ", " + state));
    String indent = " ".repeat(26);
    lines.add(
        indent
            + e.source().kind()
            + " "
            + e.source().name()
            + " "
            + e.source().digest().brief()
            + ", by "
            + item.by()
            + ", until "
            + e.validUntil());
    if (!e.note().isEmpty()) {
      lines.add(indent + e.note());
    }
  }

  private void evaluation(ZoneReport before, ZoneReport after) {
    stage(
        4,
        "evaluation",
        "zone "
            + before.zone()
            + "; after mitigation "
            + (report.hasMitigated() ? after.zone() : "not shown"));
    lines.add("  The pessimistic end of each interval decides, on all evidence.");
    for (int i = 0; i < before.lines().size(); i++) {
      area(before.lines().get(i), after.lines().get(i));
    }
  }

  private void area(AreaZone before, AreaZone after) {
    Criterion c = before.criterion();
    String residual = after.observed().isPresent() ? after.zone().name() : "not shown";
    lines.add(
        "  "
            + Text.column(c.area(), 24)
            + Text.column(before.zone().name(), 14)
            + Text.column(before.cause().name(), 14)
            + "after mitigation "
            + residual);
    before
        .observed()
        .ifPresent(end ->
            lines.add(
                " ".repeat(26)
                    + "decided at "
                    + number(end)
                    + "; margin to yellow "
                    + number(RiskReport.margin(c, end, c.yellow()))
                    + ", to red "
                    + number(RiskReport.margin(c, end, c.red()))));
  }

  private void mitigation(Zone zone) {
    stage(5, "mitigation", "widest audience " + report.widest(zone).map(Enum::name).orElse("NONE"));
    for (Audience audience : Audience.values()) {
      if (report.policy().permits(zone, audience)) {
        lines.add("  " + audience + " takes");
        for (ControlState state : report.controls(zone, audience)) {
          lines.add("    " + Text.column(state.control(), 22) + state.says());
        }
      }
    }
  }

  private void governance() throws BadInput {
    stage(6, "governance", "policy version " + report.policy().version());
    for (Audience audience : Audience.values()) {
      lines.add(
          "  "
              + Text.column(audience.name(), 24)
              + report.policy().quorum(audience)
              + " approvals, one of a security-admin at least; none by requester or assessor");
    }
    for (Json.Obj release : report.releases()) {
      lines.add("  release                 " + ReleaseLines.brief(release));
      for (Json.Obj approval : release.objects("approvals")) {
        lines.add(
            "    approved by " + approval.string("by") + " until " + approval.string("expires"));
      }
      for (String reason : release.strings("reasons")) {
        lines.add("    missing: " + reason);
      }
    }
    Json.Obj governance = report.register().object("governance");
    for (Json.Obj role : governance.objects("roles")) {
      lines.add("  " + Text.column(role.string("role"), 24) + role.string("holder"));
    }
    for (Json.Obj review : governance.objects("reviews")) {
      lines.add("  review " + review.string("next") + "       " + review.string("what"));
    }
    for (Json.Obj incident : governance.objects("incidents")) {
      lines.add(
          "  incident "
              + incident.string("id")
              + " "
              + incident.string("date")
              + " "
              + incident.string("area")
              + " "
              + incident.string("status")
              + ": "
              + incident.string("text"));
    }
  }

  /** Six places for people, rounded; what decides is exact and in {@code --json}. */
  private static String number(Score score) {
    BigDecimal rounded =
        BigDecimal.valueOf(score.approximately()).setScale(6, RoundingMode.HALF_EVEN);
    String text = rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    return text.equals(score.toString()) ? text : "≈" + text;
  }
}
