package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Person;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.Criterion;
import dev.sallyport.risk.Score;
import dev.sallyport.risk.Zone;
import dev.sallyport.risk.ZoneReport;
import dev.sallyport.risk.ZoneReport.AreaZone;
import java.util.ArrayList;
import java.util.List;

/** The report as programs read it, one member per stage. */
record RiskReportJson(RiskReport report) {

  Json.Obj build() throws BadInput {
    ZoneReport before = report.before();
    return Json.obj()
        .put("model", report.model().name())
        .put("manifest", report.model().manifest())
        .put("at", report.now())
        .put("identification", report.register().need("risks"))
        .put("thresholds", thresholds())
        .put("analysis", analysis())
        .put("evaluation", evaluation(before, report.after()))
        .put("mitigation", mitigation(before.zone()))
        .put("governance", governance())
        .build();
  }

  private Json.Obj thresholds() throws BadInput {
    var signed = report.documents().thresholds().signed();
    return Json.obj()
        .put("version", report.thresholds().version())
        .put("digest", report.thresholds().digest())
        .put("signedBy", Json.strings(SignedDocuments.names(signed)))
        .put("areas", signed.statement().predicate().need("areas"))
        .build();
  }

  private Json analysis() {
    List<Json> list = new ArrayList<>();
    for (Criterion criterion : report.thresholds().criteria()) {
      report.evaluations(criterion).forEach(run -> list.add(said(run)));
    }
    return Json.arr(list);
  }

  private Json.Obj said(RiskReport.Item item) {
    String over = item.over(report.now());
    Json.Builder json =
        Json.obj()
            .put("id", item.id())
            .put("says", item.attested().evidence().statement().predicate())
            .put("by", item.by())
            .put("counts", over.isEmpty());
    if (!over.isEmpty()) {
      json.put("over", over);
    }
    return json.build();
  }

  private Json.Obj evaluation(ZoneReport before, ZoneReport after) {
    List<Json> areas = new ArrayList<>();
    for (int i = 0; i < before.lines().size(); i++) {
      areas.add(area(before.lines().get(i), after.lines().get(i)));
    }
    return Json.obj()
        .put("zone", before.zone().name())
        .put("zoneAfterMitigation", report.hasMitigated() ? after.zone().name() : "not shown")
        .put("areas", Json.arr(areas))
        .build();
  }

  private static Json area(AreaZone before, AreaZone after) {
    Json.Builder json =
        Json.obj()
            .put("area", before.criterion().area())
            .put("metric", before.criterion().metric())
            .put("zone", before.zone().name())
            .put("cause", before.cause().name());
    margins(before, json);
    before.evidence().ifPresent(id -> json.put("decidedBy", id));
    if (after.observed().isEmpty()) {
      return json.put("zoneAfterMitigation", "not shown").build();
    }
    Json.Builder residual = Json.obj();
    margins(after, residual);
    after.evidence().ifPresent(id -> residual.put("decidedBy", id));
    return json.put("zoneAfterMitigation", after.zone().name())
        .put("afterMitigation", residual.build())
        .build();
  }

  private static void margins(AreaZone line, Json.Builder json) {
    Criterion c = line.criterion();
    line.observed()
        .ifPresent((Score end) ->
            json.put("pessimisticEnd", end.toString())
                .put("marginToYellow", c.direction().margin(end, c.yellow()).toString())
                .put("marginToRed", c.direction().margin(end, c.red()).toString()));
  }

  private Json.Obj mitigation(Zone zone) {
    Json.Builder audiences = Json.obj();
    for (Audience audience : Audience.values()) {
      if (report.policy().permits(zone, audience)) {
        audiences.put(
            audience.name(),
            Json.arr(report.controls(zone, audience).stream().map(this::control).toList()));
      }
    }
    return Json.obj()
        .put("widestAudience", report.widest(zone).map(Enum::name).orElse("NONE"))
        .put("controls", audiences.build())
        .put("waivers", Json.arr(report.waivers()))
        .build();
  }

  private Json.Obj control(RiskReport.Required state) {
    Json.Builder json =
        Json.obj()
            .put("control", state.control())
            .put("effective", state.effective())
            .put("brokenByCheck", state.broken())
            .put("evidence", Json.arr(state.evidence().stream().map(this::said).toList()));
    state.word().ifPresent(word -> json.put("decidedBy", word.said().id()));
    return json.build();
  }

  private Json.Obj governance() throws BadInput {
    Json.Builder quorums = Json.obj();
    for (Audience audience : Audience.values()) {
      quorums.put(audience.name(), report.policy().quorum(audience));
    }
    return Json.obj()
        .put("policyVersion", report.policy().version())
        .put("quorum", quorums.build())
        .put(
            "people",
            Json.arr(report.root().people().stream().map(RiskReportJson::person).toList()))
        .put(
            "changes",
            Json.arr(
                report.documents().changes().stream().map(SignedDocuments.Change::toJson).toList()))
        .put("releases", Json.arr(report.releases()))
        .put("register", report.register().object("governance"))
        .build();
  }

  private static Json.Obj person(Person person) {
    return Json.obj().put("name", person.name()).put("role", person.role().label()).build();
  }
}
