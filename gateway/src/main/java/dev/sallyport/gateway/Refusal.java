package dev.sallyport.gateway;

import dev.sallyport.core.Json;
import java.time.Duration;
import java.util.Optional;

/**
 * Why a request is not served, as an OpenAI error body. The message is fixed text plus at most a
 * clipped field name: never a prompt, a key or text of the runtime.
 *
 * @param param the request member at fault
 * @param retryAfter when the same request may succeed
 */
record Refusal(
    int status,
    String code,
    String message,
    Optional<String> param,
    Optional<Duration> retryAfter) {

  static Refusal of(int status, String code, String message) {
    return new Refusal(status, code, message, Optional.empty(), Optional.empty());
  }

  /** A 400 that names a (hostile) member. */
  static Refusal field(String code, String message, String name) {
    return new Refusal(400, code, message, Optional.of(Json.clip(name)), Optional.empty());
  }

  Refusal retryAfter(Duration wait) {
    return new Refusal(status, code, message, param, Optional.of(wait));
  }

  static Refusal invalidKey() {
    return of(401, "invalid_api_key", "The API key is missing or not valid.");
  }

  static Refusal tierNotPermitted() {
    return of(403, "tier_not_permitted", "This model is not released to your tier.");
  }

  static Refusal modelNotFound() {
    return new Refusal(
        404, "model_not_found", "There is no such model.", Optional.of("model"), Optional.empty());
  }

  static Refusal modelUnavailable() {
    return of(503, "model_unavailable", "The model does not run at the moment.")
        .retryAfter(Duration.ofSeconds(10));
  }

  static Refusal tokensExhausted(Duration untilTomorrow) {
    return of(429, "rate_limit_exceeded", "The token quota of today is used up.")
        .retryAfter(untilTomorrow);
  }

  static Refusal bytesExhausted(Duration untilTomorrow) {
    return of(429, "egress_budget_exceeded", "The byte budget of today is used up.")
        .retryAfter(untilTomorrow);
  }

  static Refusal exhausted(Ledger.Kind kind, Duration untilTomorrow) {
    return switch (kind) {
      case BYTES -> bytesExhausted(untilTomorrow);
      case TOKENS -> tokensExhausted(untilTomorrow);
    };
  }

  /** The audit log does not take entries, so nothing leaves. */
  static Refusal logUnavailable() {
    return of(503, "audit_unavailable", "The request cannot be recorded at the moment.")
        .retryAfter(Duration.ofSeconds(10));
  }

  static Refusal upstreamFailed() {
    return of(502, "upstream_failed", "The model's runtime failed.");
  }

  static Refusal upstreamSlow() {
    return of(504, "upstream_timeout", "The model's runtime did not answer in time.");
  }

  /** OpenAI's error body. */
  Json.Obj body() {
    Json.Builder error =
        Json.obj()
            .put("message", message)
            .put("type", type())
            .put("param", param.<Json>map(Json::of).orElse(new Json.Null()))
            .put("code", code);
    return Json.obj().put("error", error.build()).build();
  }

  private String type() {
    return switch (status) {
      case 401 -> "authentication_error";
      case 403 -> "permission_error";
      case 429 -> "rate_limit_error";
      default -> status < 500 ? "invalid_request_error" : "server_error";
    };
  }
}
