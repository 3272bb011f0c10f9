package dev.sallyport.release;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What register and thresholds say of one another. */
final class CrossReferences {
  private CrossReferences() {}

  static void check(List<RegisterLint> registers, List<LintNode> thresholds) {
    Set<String> measured = new HashSet<>();
    for (RegisterLint register : registers) {
      for (RegisterLint.Risk risk : register.risks()) {
        risk.area()
            .ifPresent(a -> risk.metrics().forEach(m -> measured.add(a.value() + "/" + m.value())));
      }
    }
    for (RegisterLint register : registers) {
      for (RegisterLint.Risk risk : register.risks()) {
        if (!thresholds.isEmpty()) {
          judged(risk, thresholds);
        }
      }
    }
    thresholds.forEach(t -> covered(t, measured));
  }

  private static void judged(RegisterLint.Risk risk, List<LintNode> thresholds) {
    if (risk.area().isEmpty()) {
      return;
    }
    String area = risk.area().get().value();
    Set<String> metrics = new HashSet<>();
    for (LintNode document : thresholds) {
      for (LintNode c : document.items("areas", 0, 256)) {
        if (string(c, "area").equals(area)) {
          metrics.add(string(c, "metric"));
        }
      }
    }
    if (metrics.isEmpty()) {
      risk.area()
          .get()
          .at()
          .wrong("area-without-thresholds", area + " has no lines", "an area of the thresholds");
      return;
    }
    for (LintNode.Read<String> metric : risk.metrics()) {
      if (!metrics.contains(metric.value())) {
        metric
            .at()
            .wrong(
                "metric-unknown",
                metric.value() + " judges nothing in " + area,
                "one of " + String.join(" ", new TreeSet<>(metrics)));
      }
    }
  }

  private static void covered(LintNode thresholds, Set<String> measured) {
    for (LintNode c : thresholds.items("areas", 0, 256)) {
      String both = string(c, "area") + "/" + string(c, "metric");
      if (!measured.contains(both)) {
        c.find("metric")
            .ifPresent(m ->
                m.wrong("metric-without-risk", both + " measures no risk", "one in the register"));
      }
    }
  }

  private static String string(LintNode node, String name) {
    return node.find(name).flatMap(LintNode::string).orElse("");
  }
}
