package dev.sallyport.gateway;

import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import java.util.Locale;

/** The checks of a request's line and headers that need no knowledge of who asks. */
final class RequestHead {
  private RequestHead() {}

  /** What is wrong with bytes that are no HTTP/1.1 request. */
  static Refusal malformed(Throwable cause) {
    return switch (cause) {
      case TooLongHttpLineException e -> Refusal.of(414, "uri_too_long", "Request line too long.");
      case TooLongHttpHeaderException e ->
          Refusal.of(431, "headers_too_large", "Request headers too large.");
      case TooLongFrameException e ->
          Refusal.of(431, "headers_too_large", "Request headers too large.");
      default -> Refusal.of(400, "bad_request", "This is not a valid HTTP/1.1 request.");
    };
  }

  /** Framing rules; a request that breaks one ends the connection. */
  static void checkFraming(HttpRequest request) throws Refused {
    HttpHeaders headers = request.headers();
    if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
      throw new Refused(Refusal.of(505, "http_version", "Only HTTP/1.1 is spoken here."));
    }
    if (headers.getAll(HttpHeaderNames.HOST).size() != 1) {
      throw new Refused(Refusal.of(400, "bad_request", "There must be one Host header."));
    }
    List<String> encodings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    boolean plainChunked =
        encodings.size() == 1 && encodings.getFirst().equalsIgnoreCase("chunked");
    if (!encodings.isEmpty() && !plainChunked) {
      throw new Refused(
          Refusal.of(400, "bad_request", "The only transfer encoding is one \"chunked\"."));
    }
    if (headers.getAll(HttpHeaderNames.CONTENT_LENGTH).size() > 1
        || (plainChunked && headers.contains(HttpHeaderNames.CONTENT_LENGTH))) {
      throw new Refused(Refusal.of(400, "bad_request", "The body's length is given twice."));
    }
    if (headers.contains(HttpHeaderNames.UPGRADE)) {
      headers.remove(HttpHeaderNames.UPGRADE);
    }
  }

  /** The route, if path and method are known. */
  static Route route(HttpRequest request) throws Refused {
    Route route =
        Route.of(request.uri())
            .orElseThrow(() -> new Refused(Refusal.of(404, "unknown_url", "No such path.")));
    if (!route.method().equals(request.method().name())) {
      throw new Refused(Refusal.of(405, "method_not_allowed", "This path has another method."));
    }
    return route;
  }

  /** What a body must be announced as. */
  static void checkBody(HttpRequest request, int maxBodyBytes) throws Refused {
    HttpHeaders headers = request.headers();
    if (request.method().equals(HttpMethod.GET)) {
      return;
    }
    String type = headers.get(HttpHeaderNames.CONTENT_TYPE, "");
    if (!type.toLowerCase(Locale.ROOT).split(";", 2)[0].strip().equals("application/json")
        || headers.contains(HttpHeaderNames.CONTENT_ENCODING)) {
      throw new Refused(
          Refusal.of(415, "unsupported_media_type", "The body must be plain application/json."));
    }
    String length = headers.get(HttpHeaderNames.CONTENT_LENGTH, "0");
    // The decoder has checked that these are digits; more of them than a long holds is too large.
    if (length.length() > 18 || Long.parseLong(length) > maxBodyBytes) {
      throw new Refused(bodyTooLarge(maxBodyBytes));
    }
    String expected = headers.get(HttpHeaderNames.EXPECT, "100-continue");
    if (!expected.equalsIgnoreCase("100-continue")) {
      throw new Refused(Refusal.of(417, "expectation_failed", "Unknown expectation."));
    }
  }

  static Refusal bodyTooLarge(int limit) {
    return Refusal.of(413, "body_too_large", "The body is larger than " + limit + " bytes.");
  }
}
