package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Statement;
import dev.sallyport.risk.Attested;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.ControlEvidence;
import dev.sallyport.risk.Criterion;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.Evaluation.Condition;
import dev.sallyport.risk.Evidence;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Score;
import dev.sallyport.risk.Thresholds;
import dev.sallyport.risk.Zone;
import dev.sallyport.risk.ZoneReport;
import dev.sallyport.risk.ZoneReport.AreaZone;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The six stages as they stand for one model. It shows what the server says is in the log, and
 * decides nothing: the gate judges the signed statements themselves.
 *
 * @param register of risks, as its file says
 * @param evidence all about this version of the model, and about the installation
 * @param releases of the model, in full
 * @param people of the trust root: whose word counts is by their role
 */
record RiskReport(
    Model model,
    Json.Obj register,
    Thresholds thresholds,
    Policy policy,
    List<Item> evidence,
    List<Json.Obj> releases,
    Collection<Person> people,
    Instant now) {

  /** A version of a model. */
  record Model(String name, Digest manifest) {}

  /** A piece of evidence as the server lists it. */
  record Item(Digest id, Evidence said, String by, boolean withdrawn, boolean struck) {
    static Item read(Json.Obj json) throws BadInput {
      Statement statement =
          Statement.about(
              json.string("subject"),
              json.digest("digest"),
              json.string("type"),
              json.object("predicate"));
      return new Item(
          json.digest("id"),
          Evidence.read(statement),
          json.string("by"),
          json.bool("withdrawn"),
          json.bool("struck"));
    }

    /** What is said of this version of a model, and of this installation. */
    static List<Item> about(Control server, Subject model, Digest root) throws Failure, BadInput {
      List<Item> items = new ArrayList<>();
      for (Subject subject : List.of(model, new Subject(ControlEvidence.INSTALLATION, root))) {
        Json.Obj listed =
            server.ask("evidence.list", Json.obj().put("model", subject.name()).put("full", true));
        for (Json.Obj item : listed.objects("evidence")) {
          if (item.digest("digest").equals(subject.digest())) {
            items.add(read(item));
          }
        }
      }
      return items;
    }

    boolean fresh(Instant now) {
      return !withdrawn && !struck && now.isBefore(said.validUntil());
    }
  }

  RiskReport {
    evidence = List.copyOf(evidence);
    releases = List.copyOf(releases);
    people = List.copyOf(people);
  }

  /** The zones on all evidence, which decide. */
  ZoneReport before() {
    return zones(Set.of(Condition.values()));
  }

  /** The zones on what was evaluated with its guards: what remains after mitigation. */
  ZoneReport after() {
    return zones(Set.of(Condition.MITIGATED));
  }

  private ZoneReport zones(Set<Condition> conditions) {
    List<Attested> counted = new ArrayList<>();
    Set<Digest> withdrawn = new HashSet<>();
    for (Item item : evidence) {
      if (item.said() instanceof Evaluation e && conditions.contains(e.condition())) {
        if (!item.struck()) {
          counted.add(new Attested(item.id(), List.of(), e));
        }
        if (item.withdrawn()) {
          withdrawn.add(item.id());
        }
      }
    }
    return ZoneReport.of(thresholds, counted, withdrawn, now);
  }

  boolean hasMitigated() {
    return evidence.stream()
        .anyMatch(i -> i.said() instanceof Evaluation e && e.condition() == Condition.MITIGATED);
  }

  List<Item> evaluations(Criterion criterion) {
    List<Item> found = new ArrayList<>();
    for (Item item : evidence) {
      if (item.said() instanceof Evaluation e
          && e.area().equals(criterion.area())
          && e.metric().equals(criterion.metric())) {
        found.add(item);
      }
    }
    return found;
  }

  /** How far the pessimistic end is from a line; positive is on the good side. */
  static Score margin(Criterion criterion, Score end, Score line) {
    return switch (criterion.direction()) {
      case HIGHER_IS_WORSE -> line.minus(end);
      case LOWER_IS_WORSE -> end.minus(line);
    };
  }

  /** The widest audience that the policy permits for this zone. */
  Optional<Audience> widest(Zone zone) {
    Optional<Audience> widest = Optional.empty();
    for (Audience audience : Audience.values()) {
      if (policy.permits(zone, audience)) {
        widest = Optional.of(audience);
      }
    }
    return widest;
  }

  /** The controls that a release to this audience takes, and what speaks for them. */
  List<ControlState> controls(Zone zone, Audience audience) {
    ControlStates states = new ControlStates(policy, evidence, people, now);
    return policy.controls(zone, audience).stream().map(states::of).toList();
  }

  Json.Obj toJson() throws BadInput {
    ZoneReport before = before();
    ZoneReport after = after();
    return Json.obj()
        .put("model", model.name())
        .put("manifest", model.manifest())
        .put("at", now)
        .put("identification", register.need("risks"))
        .put("thresholds", thresholdsJson())
        .put("analysis", analysisJson())
        .put("evaluation", evaluationJson(before, after))
        .put("mitigation", mitigationJson(before.zone()))
        .put("governance", governanceJson())
        .build();
  }

  private Json.Obj thresholdsJson() {
    return Json.obj()
        .put("version", thresholds.version())
        .put("digest", thresholds.digest())
        .build();
  }

  private Json analysisJson() {
    List<Json> list = new ArrayList<>();
    for (Criterion criterion : thresholds.criteria()) {
      for (Item item : evaluations(criterion)) {
        list.add(
            Json.obj()
                .put("id", item.id())
                .put("evaluation", item.said().statement().predicate())
                .put("by", item.by())
                .put("counts", item.fresh(now))
                .build());
      }
    }
    return Json.arr(list);
  }

  private Json.Obj evaluationJson(ZoneReport before, ZoneReport after) {
    List<Json> areas = new ArrayList<>();
    for (int i = 0; i < before.lines().size(); i++) {
      areas.add(areaJson(before.lines().get(i), after.lines().get(i)));
    }
    return Json.obj()
        .put("zone", before.zone().name())
        .put("zoneAfterMitigation", hasMitigated() ? after.zone().name() : "not shown")
        .put("areas", Json.arr(areas))
        .build();
  }

  private static Json areaJson(AreaZone before, AreaZone after) {
    Criterion c = before.criterion();
    Json.Builder json =
        Json.obj()
            .put("area", c.area())
            .put("metric", c.metric())
            .put("zone", before.zone().name())
            .put("cause", before.cause().name());
    before
        .observed()
        .ifPresent(end ->
            json.put("pessimisticEnd", end.toString())
                .put("marginToYellow", margin(c, end, c.yellow()).toString())
                .put("marginToRed", margin(c, end, c.red()).toString()));
    before.evidence().ifPresent(id -> json.put("decidedBy", id));
    boolean shown = after.observed().isPresent();
    return json.put("zoneAfterMitigation", shown ? after.zone().name() : "not shown").build();
  }

  private Json.Obj mitigationJson(Zone zone) {
    Json.Builder audiences = Json.obj();
    for (Audience audience : Audience.values()) {
      if (policy.permits(zone, audience)) {
        audiences.put(
            audience.name(),
            Json.arr(controls(zone, audience).stream().map(ControlState::toJson).toList()));
      }
    }
    return Json.obj()
        .put("widestAudience", widest(zone).map(Enum::name).orElse("NONE"))
        .put("controls", audiences.build())
        .build();
  }

  private Json.Obj governanceJson() throws BadInput {
    Json.Builder quorums = Json.obj();
    for (Audience audience : Audience.values()) {
      quorums.put(audience.name(), policy.quorum(audience));
    }
    return Json.obj()
        .put("policyVersion", policy.version())
        .put("quorum", quorums.build())
        .put("releases", Json.arr(releases))
        .put("register", register.object("governance"))
        .build();
  }
}
