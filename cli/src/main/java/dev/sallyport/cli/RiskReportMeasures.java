package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Person;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.ControlEvidence;
import dev.sallyport.risk.Zone;
import java.util.ArrayList;
import java.util.List;

/** The last two stages as people read them: what is demanded, and who watches over it. */
final class RiskReportMeasures {
  private final RiskReport report;
  private final List<String> lines = new ArrayList<>();

  private RiskReportMeasures(RiskReport report) {
    this.report = report;
  }

  static List<String> of(RiskReport report, Zone zone) throws BadInput {
    RiskReportMeasures measures = new RiskReportMeasures(report);
    measures.mitigation(zone);
    measures.governance();
    return measures.lines;
  }

  private void add(String name, String text) {
    lines.add("  " + Text.column(name, 24) + text);
  }

  private void mitigation(Zone zone) throws BadInput {
    String widest = report.widest(zone).map(Enum::name).orElse("NONE");
    lines.addAll(RiskReportLines.stage(5, "mitigation", "widest audience " + widest));
    for (Audience audience : Audience.values()) {
      if (report.policy().permits(zone, audience)) {
        lines.add("  " + audience + " takes");
        report.controls(zone, audience).forEach(this::control);
      }
    }
    for (Json.Obj waiver : report.waivers()) {
      lines.add(
          "  waiver of "
              + waiver.string("control")
              + " up to "
              + waiver.string("audience")
              + " and zone "
              + waiver.string("zone")
              + " until "
              + waiver.string("expires")
              + ", "
              + waiver.string("state")
              + ": "
              + waiver.string("reason"));
    }
  }

  private void control(RiskReport.Required state) {
    String stands =
        state.broken()
            ? "BROKEN, a check of the installation's own says"
            : state.effective()
                ? "effective"
                : state.word().isPresent() ? "NOT EFFECTIVE" : "NO EVIDENCE that counts";
    lines.add("    " + Text.column(state.control(), 22) + stands);
    for (RiskReport.Item item : state.evidence()) {
      if (item.attested().evidence() instanceof ControlEvidence said) {
        lines.add(RiskReportLines.INDENT + said(state, item, said));
      }
    }
  }

  private String said(RiskReport.Required state, RiskReport.Item item, ControlEvidence said) {
    boolean decides = state.word().filter(w -> w.said().id().equals(item.id())).isPresent();
    String over = item.over(report.now());
    return (decides ? "decides: " : "besides: ")
        + (said.effective() ? "effective, " : "not effective, ")
        + said.kind()
        + " of "
        + said.observed()
        + " by "
        + item.by()
        + ", until "
        + said.validUntil()
        + (over.isEmpty() ? ", " : ", " + over + ", ")
        + item.id().brief();
  }

  private void governance() throws BadInput {
    lines.addAll(
        RiskReportLines.stage(6, "governance", "policy version " + report.policy().version()));
    for (Person person : report.root().people()) {
      add(person.role().label(), person.name() + ", signs with an own key");
    }
    for (Audience audience : Audience.values()) {
      add(
          audience.name(),
          report.policy().quorum(audience)
              + " approvals, one of a security-admin at least; none by requester or assessor");
    }
    releases();
    for (SignedDocuments.Change change : report.documents().changes()) {
      add(
          "changed " + change.at().toString().substring(0, 10),
          change.what()
              + " to version "
              + change.version()
              + ", signed by "
              + String.join(", ", change.signers())
              + (change.proposedBy().isEmpty() ? "" : ", proposed by " + change.proposedBy()));
    }
    register(report.register().object("governance"));
  }

  private void releases() throws BadInput {
    for (Json.Obj release : report.releases()) {
      add("release", ReleaseLines.brief(release));
      for (Json.Obj approval : release.objects("approvals")) {
        lines.add(
            "    approved by " + approval.string("by") + " until " + approval.string("expires"));
      }
      for (String reason : release.strings("reasons")) {
        lines.add("    missing: " + reason);
      }
    }
  }

  private void register(Json.Obj governance) throws BadInput {
    for (Json.Obj role : governance.objects("roles")) {
      add(role.string("role"), role.string("holder") + ": " + role.string("duty"));
    }
    for (Json.Obj change : governance.objects("policyChanges")) {
      add("to change", change.string("change") + ": " + change.string("rule"));
    }
    for (Json.Obj review : governance.objects("reviews")) {
      add("review " + review.string("next"), review.string("what") + ", " + review.string("every"));
    }
    List<Json.Obj> incidents = governance.objects("incidents");
    if (incidents.isEmpty()) {
      add("incidents", "none in the register");
    }
    for (Json.Obj incident : incidents) {
      add(
          "incident " + incident.string("id"),
          incident.string("date")
              + " "
              + incident.string("area")
              + " "
              + incident.string("status")
              + ": "
              + incident.string("text"));
    }
  }
}
