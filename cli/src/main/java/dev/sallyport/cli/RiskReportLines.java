package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.risk.Criterion;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.Score;
import dev.sallyport.risk.ZoneReport;
import dev.sallyport.risk.ZoneReport.AreaZone;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/** The report as people read it: the first four stages, and then {@link RiskReportMeasures}. */
final class RiskReportLines {
  static final String INDENT = " ".repeat(26);

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
    lines.addAll(RiskReportMeasures.of(report, before.zone()));
  }

  static List<String> stage(int number, String name, String summary) {
    return List.of("", number + " " + Text.column(name, 16) + summary);
  }

  private void identification() throws BadInput {
    List<Json.Obj> risks = report.register().objects("risks");
    lines.addAll(stage(1, "identification", risks.size() + " risks in the register"));
    for (Json.Obj risk : risks) {
      lines.add("  " + Text.column(risk.string("area"), 24) + risk.string("title"));
      lines.add(
          INDENT
              + risk.string("domain")
              + ", owner "
              + risk.string("owner")
              + ", review "
              + risk.string("review"));
      Json.Obj analysis = risk.object("analysis");
      lines.add(INDENT + "environment: " + analysis.string("environment"));
      lines.add(INDENT + "threat source: " + analysis.string("threatSource"));
      lines.add(INDENT + "capability: " + analysis.string("capability"));
      for (Json.Obj scenario : risk.objects("scenarios")) {
        lines.add(INDENT + scenario(scenario));
      }
    }
  }

  private static String scenario(Json.Obj scenario) throws BadInput {
    return "scenario, "
        + scenario.string("severity")
        + ", "
        + scenario.string("likelihood")
        + ": "
        + scenario.string("text")
        + " Against it: "
        + String.join(", ", scenario.strings("controls"));
  }

  private void thresholds() {
    String signers =
        String.join(", ", SignedDocuments.names(report.documents().thresholds().signed()));
    lines.addAll(
        stage(
            2,
            "thresholds",
            "version " + report.thresholds().version() + ", signed by " + signers));
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
      lines.add(INDENT + "source: " + c.source());
    }
  }

  private static String worse(Criterion c) {
    return switch (c.direction()) {
      case HIGHER_IS_WORSE -> "higher";
      case LOWER_IS_WORSE -> "lower";
    };
  }

  private void analysis() {
    lines.addAll(stage(3, "analysis", "what was evaluated, with what effort, and how sure"));
    for (Criterion c : report.thresholds().criteria()) {
      List<RiskReport.Item> runs = report.evaluations(c);
      String count = runs.isEmpty() ? "no evaluation" : "runs: " + runs.size();
      lines.add("  " + Text.column(c.area(), 24) + c.metric() + ", " + count);
      for (RiskReport.Item run : runs) {
        if (run.attested().evidence() instanceof Evaluation e) {
          run(run, e);
        }
      }
    }
  }

  private void run(RiskReport.Item run, Evaluation e) {
    String over = run.over(report.now());
    lines.add(
        INDENT
            + number(e.value())
            + ", from "
            + number(e.low())
            + " to "
            + number(e.high())
            + ", "
            + e.samples()
            + " samples, "
            + e.condition().label()
            + (over.isEmpty() ? "" : ", " + over));
    lines.add(
        INDENT
            + "  "
            + e.source().kind()
            + " "
            + e.source().name()
            + " "
            + e.source().digest().brief()
            + ", by "
            + run.by()
            + ", until "
            + e.validUntil());
    lines.add(INDENT + "  effort: " + (e.note().isEmpty() ? "not stated" : e.note()));
  }

  private void evaluation(ZoneReport before, ZoneReport after) {
    lines.addAll(
        stage(
            4,
            "evaluation",
            "zone "
                + before.zone()
                + "; after mitigation "
                + (report.hasMitigated() ? after.zone() : "not shown")));
    lines.add("  The pessimistic end of each interval decides, on all evidence.");
    for (int i = 0; i < before.lines().size(); i++) {
      area(before.lines().get(i), after.lines().get(i));
    }
  }

  private void area(AreaZone before, AreaZone after) {
    String residual = after.observed().isPresent() ? after.zone().name() : "not shown";
    lines.add(
        "  "
            + Text.column(before.criterion().area(), 24)
            + Text.column(before.zone().name(), 14)
            + Text.column(before.cause().name(), 14)
            + "after mitigation "
            + residual);
    margins("decided at ", before);
    margins("after mitigation at ", after);
  }

  private void margins(String at, AreaZone line) {
    Criterion c = line.criterion();
    line.observed()
        .ifPresent(end ->
            lines.add(
                INDENT
                    + at
                    + number(end)
                    + "; margin to yellow "
                    + number(c.direction().margin(end, c.yellow()))
                    + ", to red "
                    + number(c.direction().margin(end, c.red()))));
  }

  /** Six places for people, rounded; what decides is exact and in {@code --json}. */
  private static String number(Score score) {
    BigDecimal rounded =
        BigDecimal.valueOf(score.approximately()).setScale(6, RoundingMode.HALF_EVEN);
    String text = rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    return text.equals(score.toString()) ? text : "≈" + text;
  }
}
