package dev.sallyport.gateway;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.time.Duration;

/**
 * Translates a runtime's error. Its text never passes, because runtimes quote the prompt in it; its
 * kind does, where a client can act on it.
 */
final class RuntimeError {
  private RuntimeError() {}

  static Refusal of(int status, byte[] body) {
    if (kind(body).contains("context")) {
      return Refusal.of(
          400, "context_length_exceeded", "The prompt is longer than the model's context.");
    }
    return switch (status) {
      case 400, 422 -> Refusal.of(400, "upstream_rejected", "The runtime rejected the request.");
      case 429, 503 ->
          Refusal.of(503, "model_unavailable", "The model's runtime is busy or loading.")
              .retryAfter(Duration.ofSeconds(5));
      default -> Refusal.upstreamFailed();
    };
  }

  /** The error's own type or code, empty if it has none that can be read. */
  private static String kind(byte[] body) {
    try {
      Json.Obj error = Json.parseObject(body).object("error");
      return error.find("type").orElse(new Json.Null()) instanceof Json.Str s ? s.value() : "";
    } catch (BadInput e) {
      // An error that is no JSON has no kind; the status alone decides.
      return "";
    }
  }
}
