package dev.sallyport.cli;

import dev.sallyport.core.Json;
import dev.sallyport.risk.ControlEvidence;
import java.time.Instant;
import java.util.Optional;

/**
 * What speaks for a control now, if anything does.
 *
 * @param latest word on it that counts
 * @param until when it is effective; empty if it is not
 */
record ControlState(String control, Optional<RiskReport.Item> latest, Optional<Instant> until) {
  boolean effective() {
    return until.isPresent();
  }

  /** For people. */
  String says() {
    if (latest.isEmpty()) {
      return "NO EVIDENCE";
    }
    RiskReport.Item item = latest.get();
    return until
            .map(t -> "effective until " + t)
            .orElse("NOT EFFECTIVE, evidence until " + item.said().validUntil())
        + ", by "
        + item.by()
        + ", "
        + item.id().brief();
  }

  Json.Obj toJson() {
    Json.Builder json = Json.obj().put("control", control).put("effective", effective());
    until.ifPresent(t -> json.put("until", t));
    latest.ifPresent(item -> {
      json.put("evidence", item.id())
          .put("by", item.by())
          .put("validUntil", item.said().validUntil());
      if (item.said() instanceof ControlEvidence c) {
        c.document().ifPresent(digest -> json.put("document", digest));
      }
    });
    return json.build();
  }
}
