package dev.sallyport.server;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;

/** What keeper and supervisor may report for the log (spec/audit-log.md §2): a closed list. */
final class Events {
  private Events() {}

  /** Fails unless the event is one of the list, with its members and no other. */
  static Json.Obj checked(String type, Json.Obj data) throws Refusal, BadInput {
    switch (type) {
      case "lease.granted" -> digests(data.only("request", "lease"), "request");
      case "lease.refused" -> digests(data.only("request", "reason"), "request");
      case "runtime.started", "runtime.stopped", "weights.refused" ->
          digests(data.only("model", "release", "reason"), "release");
      case "process.started", "process.exited" -> process(data.only("process", "status"));
      default -> throw Code.REQUEST.because("event type " + Json.clip(type) + " is not known");
    }
    return data;
  }

  private static void digests(Json.Obj data, String name) throws BadInput {
    var _ = data.digest(name);
  }

  private static void process(Json.Obj data) throws BadInput {
    String process = data.string("process");
    long status = data.integer("status");
    if (process.length() > 64 || Math.abs(status) > 255) {
      throw new BadInput("process event with a name or status out of bounds");
    }
  }
}
