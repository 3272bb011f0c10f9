package dev.sallyport.runtimellama;

import dev.sallyport.core.Json;
import java.nio.charset.StandardCharsets;

/**
 * A request that is answered with an error status. The message names the place, the observed value
 * and the rule, and never repeats a prompt.
 */
final class HttpError extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;

  HttpError(int status, String code, String message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  HttpError(int status, String code, Exception cause) {
    super(cause.getMessage(), cause);
    this.status = status;
    this.code = code;
  }

  static HttpError bad(String message) {
    return new HttpError(400, "bad_request", message);
  }

  static HttpError invalid(String message) {
    return new HttpError(400, "invalid_value", message);
  }

  static HttpError unsupported(String message) {
    return new HttpError(400, "unsupported", message);
  }

  int status() {
    return status;
  }

  /** The error body of the OpenAI API. */
  byte[] body() {
    String type = status < 500 ? "invalid_request_error" : "server_error";
    Json error =
        Json.obj()
            .put("message", String.valueOf(getMessage()))
            .put("type", type)
            .put("param", new Json.Null())
            .put("code", code)
            .build();
    return Json.toString(Json.obj().put("error", error).build()).getBytes(StandardCharsets.UTF_8);
  }
}
