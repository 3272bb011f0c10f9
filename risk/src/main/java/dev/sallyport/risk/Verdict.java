package dev.sallyport.risk;

import dev.sallyport.core.Json;
import java.time.Instant;
import java.util.List;

/** What the gate says about one release at one instant. */
public sealed interface Verdict {

  /**
   * The model may be used.
   *
   * @param zone as the request states it, at least as bad as the evidence shows
   * @param notAfter when the request, its evidence or its quorum lapses, whichever comes first;
   *     exclusive
   */
  record Allow(Zone zone, Audience audience, Instant notAfter) implements Verdict {}

  /** Something is wrong that approvals do not heal. */
  record Deny(List<Reason> reasons) implements Verdict {
    public Deny {
      reasons = List.copyOf(reasons);
    }
  }

  /** Only approvals are missing. */
  record Await(List<Reason> reasons) implements Verdict {
    public Await {
      reasons = List.copyOf(reasons);
    }
  }

  /** Why not; empty if allowed. */
  default List<Reason> why() {
    return switch (this) {
      case Allow a -> List.of();
      case Deny d -> d.reasons();
      case Await w -> w.reasons();
    };
  }

  /** Equal verdicts have equal canonical bytes. */
  default Json.Obj toJson() {
    Json.Arr reasons = Json.arr(why().stream().map(Reason::toJson).toList());
    return switch (this) {
      case Allow a ->
          Json.obj()
              .put("verdict", "allow")
              .put("zone", a.zone().name())
              .put("audience", a.audience().name())
              .put("notAfter", a.notAfter())
              .build();
      case Deny d -> Json.obj().put("verdict", "deny").put("reasons", reasons).build();
      case Await w -> Json.obj().put("verdict", "await").put("reasons", reasons).build();
    };
  }
}
