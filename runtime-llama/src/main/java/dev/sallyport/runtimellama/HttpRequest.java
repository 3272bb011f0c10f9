package dev.sallyport.runtimellama;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * The head of a request. Header names are lower-case; repeated ones are joined by commas.
 *
 * @param target the path with its query, starting with a slash
 * @param minor the minor version: HTTP/1.{@code minor}
 */
record HttpRequest(String method, String target, int minor, Map<String, String> headers) {
  private static final Pattern CLOSE = Pattern.compile("(?i)(^|,)[ \\t]*close[ \\t]*(,|$)");

  HttpRequest {
    headers = Map.copyOf(headers);
  }

  /** The target without its query. */
  String path() {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  String header(String name) {
    return headers.getOrDefault(name, "");
  }

  boolean keepAlive() {
    return minor == 1 && !CLOSE.matcher(header("connection")).find();
  }

  boolean expectsContinue() {
    return minor == 1 && header("expect").equalsIgnoreCase("100-continue");
  }
}
