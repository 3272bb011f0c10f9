package dev.sallyport.release;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The rules of a register of risks (spec/evidence.md §12), each with its place. */
final class RegisterLint {
  private static final List<String> SEVERITIES =
      List.of("limited", "serious", "severe", "catastrophic");
  private static final List<String> LIKELIHOODS = List.of("rare", "unlikely", "possible", "likely");
  private static final Set<String> NOBODY =
      Set.of("nobody", "none", "unassigned", "tbd", "todo", "unknown", "?", "-", "n/a");
  private static final int TEXT = 4000;

  /** What the register says of one risk, and where, for the check against the other documents. */
  record Risk(
      Optional<LintNode.Read<String>> area,
      List<LintNode.Read<String>> metrics,
      List<LintNode.Read<String>> mitigations,
      LintNode at) {}

  private final LocalDate today;
  private final List<Risk> risks = new ArrayList<>();
  private final Set<String> controls = new TreeSet<>();
  private final List<LintNode.Read<String>> defined = new ArrayList<>();

  private RegisterLint(LocalDate today) {
    this.today = today;
  }

  static RegisterLint check(LintNode root, LocalDate today) {
    RegisterLint lint = new RegisterLint(today);
    root.only("version", "risks", "controls", "governance");
    root.count("version", 1, 1L << 40);
    Set<String> ids = new HashSet<>();
    for (LintNode control : root.items("controls", 0, 1000)) {
      lint.control(control);
    }
    for (LintNode risk : root.items("risks", 1, 1000)) {
      if (risk.only(
          "id",
          "area",
          "domain",
          "title",
          "analysis",
          "scenarios",
          "owner",
          "metrics",
          "mitigations",
          "review")) {
        unique(risk.id("id"), ids);
        lint.risk(risk);
      }
    }
    root.need("governance").ifPresent(lint::governance);
    return lint;
  }

  List<Risk> risks() {
    return risks;
  }

  /** The controls that the register itself describes. */
  List<LintNode.Read<String>> defined() {
    return defined;
  }

  private static void unique(Optional<LintNode.Read<String>> id, Set<String> ids) {
    if (id.isPresent() && !ids.add(id.get().value())) {
      id.get().at().wrong("duplicate", id.get().value() + " is there twice", "once");
    }
  }

  private void control(LintNode control) {
    if (control.only("id", "title", "taxonomy")) {
      Optional<LintNode.Read<String>> id = control.id("id");
      unique(id, controls);
      id.ifPresent(defined::add);
      control.text("title", TEXT);
      if (control.has("taxonomy")) {
        control.text("taxonomy", 64);
      }
    }
  }

  private void risk(LintNode risk) {
    Optional<LintNode.Read<String>> area = risk.id("area");
    risk.word("domain", ThresholdsLint.DOMAINS);
    risk.text("title", 255);
    Optional<LintNode> analysis = risk.need("analysis");
    if (analysis.isPresent() && analysis.get().only("environment", "threatSource", "capability")) {
      analysis.get().text("environment", TEXT);
      analysis.get().text("threatSource", TEXT);
      analysis.get().text("capability", TEXT);
    }
    owner(risk, "owner");
    List<LintNode.Read<String>> mitigations = risk.ids("mitigations", 1, 100);
    Set<String> named = new HashSet<>();
    mitigations.forEach(m -> named.add(m.value()));
    for (LintNode scenario : risk.items("scenarios", 1, 100)) {
      scenario(scenario, named);
    }
    risks.add(new Risk(area, risk.ids("metrics", 1, 100), mitigations, risk));
    review(risk, "review");
  }

  private static void owner(LintNode of, String member) {
    if (!of.has(member)) {
      of.wrong("owner-missing", member + " is missing", "a person or a role");
      return;
    }
    Optional<LintNode.Read<String>> owner = of.text(member, 255);
    if (owner.isPresent()
        && NOBODY.contains(owner.get().value().strip().toLowerCase(Locale.ROOT))) {
      owner
          .get()
          .at()
          .wrong("owner-missing", "is \"" + owner.get().value() + "\"", "a person or a role");
    }
  }

  private void scenario(LintNode scenario, Set<String> mitigations) {
    if (!scenario.only("text", "severity", "likelihood", "controls")) {
      return;
    }
    scenario.text("text", TEXT);
    scenario.word("severity", SEVERITIES);
    scenario.word("likelihood", LIKELIHOODS);
    List<LintNode.Read<String>> controls =
        scenario.has("controls") ? scenario.ids("controls", 0, 100) : List.of();
    if (controls.isEmpty()) {
      scenario.wrong("scenario-without-control", "no control meets it", "at least one");
    }
    for (LintNode.Read<String> control : controls) {
      if (!mitigations.contains(control.value())) {
        control
            .at()
            .wrong(
                "scenario-control",
                control.value() + " is no mitigation of this risk",
                "one of its mitigations");
      }
    }
  }

  private void review(LintNode of, String member) {
    Optional<LintNode.Read<LocalDate>> date = of.date(member);
    if (date.isPresent() && date.get().value().isBefore(today)) {
      date.get()
          .at()
          .wrong(
              "review-past",
              "was due on " + date.get().value() + ", today is " + today,
              "review it and set the next date");
    }
  }

  private void governance(LintNode governance) {
    if (!governance.only("roles", "reviews", "incidents", "policyChanges")) {
      return;
    }
    for (LintNode role : governance.items("roles", 1, 100)) {
      if (role.only("role", "holder", "duty")) {
        role.text("role", 255);
        owner(role, "holder");
        role.text("duty", TEXT);
      }
    }
    for (LintNode item : governance.items("reviews", 1, 100)) {
      if (item.only("what", "every", "next")) {
        item.text("what", TEXT);
        item.text("every", 255);
        review(item, "next");
      }
    }
    Set<String> ids = new HashSet<>();
    for (LintNode incident : governance.items("incidents", 0, 1000)) {
      if (incident.only("id", "date", "area", "text", "status")) {
        unique(incident.id("id"), ids);
        incident.date("date");
        incident.id("area");
        incident.text("text", TEXT);
        incident.word("status", List.of("open", "closed"));
      }
    }
    for (LintNode rule : governance.items("policyChanges", 1, 100)) {
      if (rule.only("change", "rule")) {
        rule.text("change", 255);
        rule.text("rule", TEXT);
      }
    }
  }
}
