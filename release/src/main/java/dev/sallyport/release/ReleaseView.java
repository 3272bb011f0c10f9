package dev.sallyport.release;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.Reason;
import dev.sallyport.risk.State;
import dev.sallyport.risk.Zone;
import dev.sallyport.risk.ZoneReport;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A release for people: where it stands, why it is not out yet, and who can change that.
 *
 * @param zone as the request states it
 * @param report the zones now, on all evidence in the log
 * @param why empty only if the release is in force, or would be with the entry that is due
 * @param because what the entry that led to the state says
 * @param notAfter when it lapses if nothing changes; present if the gate allows now
 * @param resumable until when a request may take up where it was suspended or stopped
 */
public record ReleaseView(
    Digest id,
    String model,
    Digest manifest,
    Audience audience,
    Zone zone,
    State state,
    String because,
    String requester,
    Instant requested,
    Instant expires,
    List<Approver> approvals,
    List<Waived> waivers,
    Optional<ZoneReport> report,
    List<Reason> why,
    Optional<Instant> notAfter,
    Optional<Instant> resumable) {

  /** One approval. */
  public record Approver(
      Digest id, String name, Instant approved, Instant expires, boolean withdrawn) {
    Json.Obj toJson() {
      return Json.obj()
          .put("id", id)
          .put("name", name)
          .put("approved", approved)
          .put("expires", expires)
          .put("withdrawn", withdrawn)
          .build();
    }
  }

  /**
   * A control that the release does without.
   *
   * @param over whether it was withdrawn or has lapsed
   */
  public record Waived(Digest id, String control, String reason, Instant expires, boolean over) {
    public Json.Obj toJson() {
      return Json.obj()
          .put("id", id)
          .put("control", control)
          .put("reason", reason)
          .put("expires", expires)
          .put("over", over)
          .build();
    }
  }

  public ReleaseView {
    approvals = List.copyOf(approvals);
    waivers = List.copyOf(waivers);
    why = List.copyOf(why);
  }

  public Json.Obj toJson() {
    Json.Builder json =
        Json.obj()
            .put("id", id)
            .put("model", model)
            .put("manifest", manifest)
            .put("audience", audience.name())
            .put("zone", zone.name())
            .put("state", state.name())
            .put("because", because)
            .put("requester", requester)
            .put("requested", requested)
            .put("expires", expires)
            .put("approvals", Json.arr(approvals.stream().map(Approver::toJson).toList()))
            .put("waivers", Json.arr(waivers.stream().map(Waived::toJson).toList()))
            .put("why", Json.arr(why.stream().map(Reason::toJson).toList()));
    report.ifPresent(r -> json.put("report", r.toJson()));
    notAfter.ifPresent(t -> json.put("notAfter", t));
    resumable.ifPresent(t -> json.put("resumable", t));
    return json.build();
  }
}
