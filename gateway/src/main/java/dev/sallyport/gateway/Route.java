package dev.sallyport.gateway;

import java.util.Optional;

/** The paths that the gateway knows; all else is 404. */
enum Route {
  HEALTH("/healthz", "GET"),
  MODELS("/v1/models", "GET"),
  CHAT("/v1/chat/completions", "POST"),
  COMPLETIONS("/v1/completions", "POST");

  private final String path;
  private final String method;

  Route(String path, String method) {
    this.path = path;
    this.method = method;
  }

  String path() {
    return path;
  }

  String method() {
    return method;
  }

  /** Exact match: what the runtime would make of an encoded or dotted path never matters. */
  static Optional<Route> of(String uri) {
    for (Route route : values()) {
      if (route.path.equals(uri)) {
        return Optional.of(route);
      }
    }
    return Optional.empty();
  }
}
