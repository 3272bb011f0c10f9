package dev.sallyport.risk;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The zone of a model and why, criterion by criterion, in the order of the thresholds.
 *
 * <p>The zone of a criterion is the worst that any evaluation ever showed, and INDETERMINATE at
 * least unless one that is fresh, not withdrawn and has samples enough speaks. So withdrawing
 * evidence and passing time never lower a zone (spec/evidence.md §2).
 */
public record ZoneReport(List<AreaZone> lines) {

  /** Why a criterion has its zone. */
  public enum Cause {
    /** A fresh evaluation shows it. */
    SHOWN,
    /** There is no evaluation. */
    MISSING,
    /** All evaluations have lapsed. */
    STALE,
    /** What was not withdrawn has lapsed or has too few samples. */
    WITHDRAWN,
    /** All fresh evaluations have too few samples. */
    UNDER_SAMPLED
  }

  /**
   * One criterion.
   *
   * @param evidence id of the evaluation that decides
   * @param observed the pessimistic end of what it states
   * @param margin distance from the next worse line; negative or zero is beyond the red line
   */
  public record AreaZone(
      Criterion criterion,
      Zone zone,
      Cause cause,
      Optional<Digest> evidence,
      Optional<Score> observed,
      Optional<Score> margin) {

    /** One line for people. */
    public String text() {
      String seen =
          observed.map(o -> ", observed " + o + ", margin " + margin.orElse(o)).orElse("");
      return criterion.area() + " (" + criterion.metric() + "): " + zone + ", " + cause + seen;
    }

    Json.Obj toJson() {
      Json.Builder json =
          Json.obj()
              .put("area", criterion.area())
              .put("metric", criterion.metric())
              .put("zone", zone.name())
              .put("cause", cause.name());
      evidence.ifPresent(id -> json.put("evidence", id));
      observed.ifPresent(o -> json.put("observed", o.toString()));
      margin.ifPresent(m -> json.put("margin", m.toString()));
      return json.build();
    }
  }

  public ZoneReport {
    lines = List.copyOf(lines);
  }

  /** Judges every criterion on the evaluations among {@code evidence}. */
  public static ZoneReport of(
      Thresholds thresholds, List<Attested> evidence, Set<Digest> withdrawn, Instant now) {
    List<AreaZone> lines = new ArrayList<>();
    for (Criterion c : thresholds.criteria()) {
      Assessment assessment = new Assessment(c);
      for (Attested a : evidence) {
        if (a.evidence() instanceof Evaluation e && c.concerns(e)) {
          assessment.add(a.id(), e, withdrawn.contains(a.id()), now);
        }
      }
      lines.add(assessment.result());
    }
    return new ZoneReport(lines);
  }

  /** The zone of every area, the worst of its criteria. */
  public SortedMap<String, Zone> areas() {
    SortedMap<String, Zone> areas = new TreeMap<>();
    lines.forEach(line -> areas.merge(line.criterion().area(), line.zone(), Zone::or));
    return areas;
  }

  /** The zone of the model. */
  public Zone zone() {
    return ReleaseRequest.worst(areas());
  }

  public Json.Obj toJson() {
    return Json.obj()
        .put("zone", zone().name())
        .put("areas", Json.arr(lines.stream().map(AreaZone::toJson).toList()))
        .build();
  }
}
