package dev.sallyport.server;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import java.util.List;

/**
 * What keeper, sealer and supervisor may report for the log (spec/audit-log.md §2): a closed list.
 */
final class Events {
  /** Why a plaintext copy was not finished (spec/key-release.md §10). */
  private static final List<String> UNFINISHED =
      List.of("keyd", "damaged", "write", "log", "interrupted", "internal");

  private Events() {}

  /** Fails unless the event is one of the list, with its members and no other. */
  static Json.Obj checked(String type, Json.Obj data) throws Refusal, BadInput {
    switch (type) {
      case "lease.granted" -> digests(data.only("request", "lease"), "request");
      case "lease.refused" -> digests(data.only("request", "reason"), "request");
      case "runtime.started", "runtime.stopped", "weights.refused" ->
          digests(data.only("model", "release", "reason"), "release");
      case "unseal.done" -> unsealed(data.only("order", "request", "files", "bytes"));
      case "unseal.failed" -> unfinished(data.only("order", "request", "reason"));
      case "process.started", "process.exited" -> process(data.only("process", "status"));
      default -> throw Code.REQUEST.because("event type " + Json.clip(type) + " is not known");
    }
    return data;
  }

  private static void digests(Json.Obj data, String name) throws BadInput {
    var _ = data.digest(name);
  }

  private static void unsealed(Json.Obj data) throws BadInput {
    digests(data, "order");
    digests(data, "request");
    if (data.integer("files") < 0 || data.integer("bytes") < 0) {
      throw new BadInput("unseal event with a negative number");
    }
  }

  private static void unfinished(Json.Obj data) throws BadInput {
    digests(data, "order");
    digests(data, "request");
    if (!UNFINISHED.contains(data.string("reason"))) {
      throw new BadInput("unseal event with a reason that is none of " + UNFINISHED);
    }
  }

  private static void process(Json.Obj data) throws BadInput {
    String process = data.string("process");
    long status = data.integer("status");
    if (process.length() > 64 || Math.abs(status) > 255) {
      throw new BadInput("process event with a name or status out of bounds");
    }
  }
}
