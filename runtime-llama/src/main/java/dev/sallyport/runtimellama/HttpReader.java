package dev.sallyport.runtimellama;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads requests of HTTP/1.1 (RFC 9112), strictly: lines end with CRLF, no folded headers, one way
 * to tell the length. What would let two parsers disagree is refused.
 */
final class HttpReader {
  private static final int MAX_HEAD = 16 * 1024;
  private static final int MAX_HEADERS = 64;
  private static final int MAX_CHUNK_LINE = 256;

  /** The longest body, in bytes. */
  static final int MAX_BODY = 4 * 1024 * 1024;

  /** What decides where a request ends or who answers it may be said only once. */
  private static final Set<String> SINGLE =
      Set.of("host", "content-length", "transfer-encoding", "expect");

  private static final Pattern REQUEST_LINE =
      Pattern.compile("([A-Z]{1,16}) (/[\\x21-\\x7e]*) HTTP/(\\d)\\.(\\d)");
  private static final Pattern FIELD =
      Pattern.compile(
          "([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([\\x20-\\x7e\\x80-\\xff\\t]*?)[ \\t]*");
  private static final Pattern CHUNK_SIZE = Pattern.compile("([0-9a-fA-F]{1,8})([ \\t]*;.*)?");

  private final InputStream in;

  HttpReader(InputStream in) {
    this.in = in;
  }

  /** The next request's head, or nothing if the client closed between requests. */
  Optional<HttpRequest> head() throws IOException, HttpError {
    int first = in.read();
    if (first < 0) {
      return Optional.empty();
    }
    Budget budget = new Budget(MAX_HEAD, 431, "head");
    Matcher line = REQUEST_LINE.matcher(line(first, budget));
    if (!line.matches()) {
      throw HttpError.bad("request line: not METHOD /path HTTP/1.1");
    }
    if (!line.group(3).equals("1")) {
      throw new HttpError(
          505, "http_version", "request line: HTTP/" + line.group(3) + "; only 1.x");
    }
    int minor = line.group(4).equals("0") ? 0 : 1;
    HttpRequest request = new HttpRequest(line.group(1), line.group(2), minor, headers(budget));
    if (minor == 1 && !request.headers().containsKey("host")) {
      throw HttpError.bad("header Host is missing (RFC 9112 section 3.2)");
    }
    return Optional.of(request);
  }

  private Map<String, String> headers(Budget budget) throws IOException, HttpError {
    Map<String, String> out = new HashMap<>();
    for (String line = line(in.read(), budget); !line.isEmpty(); line = line(in.read(), budget)) {
      Matcher field = FIELD.matcher(line);
      if (!field.matches()) {
        throw HttpError.bad("header " + (out.size() + 1) + ": not name: value");
      }
      String name = field.group(1).toLowerCase(Locale.ROOT);
      if (SINGLE.contains(name) && out.containsKey(name)) {
        throw HttpError.bad("header " + name + ": occurs twice");
      }
      out.merge(name, field.group(2), (first, next) -> first + ", " + next);
      if (out.size() > MAX_HEADERS) {
        throw new HttpError(431, "too_many_headers", "more than " + MAX_HEADERS + " headers");
      }
    }
    return out;
  }

  /** The body that belongs to {@code request}; empty if it has none. */
  byte[] body(HttpRequest request) throws IOException, HttpError {
    String coding = request.header("transfer-encoding");
    String length = request.header("content-length");
    if (coding.isEmpty()) {
      return length.isEmpty() ? new byte[0] : exactly(length(length));
    }
    if (!length.isEmpty() || request.minor() == 0) {
      // RFC 9112 section 6.1: both together is how requests are smuggled.
      throw HttpError.bad("Transfer-Encoding next to Content-Length or in HTTP/1.0");
    }
    if (!coding.equalsIgnoreCase("chunked")) {
      throw new HttpError(501, "transfer_coding", "Transfer-Encoding: only chunked is known");
    }
    return chunked();
  }

  private static int length(String text) throws HttpError {
    if (!text.matches("[0-9]{1,18}")) {
      throw HttpError.bad("Content-Length: not a number");
    }
    long length = Long.parseLong(text);
    if (length > MAX_BODY) {
      throw tooLong();
    }
    return (int) length;
  }

  private byte[] chunked() throws IOException, HttpError {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Budget lines = new Budget(MAX_BODY, 413, "chunk lines");
    for (int size = chunkSize(lines); size > 0; size = chunkSize(lines)) {
      if (size > MAX_BODY - out.size()) {
        throw tooLong();
      }
      out.writeBytes(exactly(size));
      if (in.read() != '\r' || in.read() != '\n') {
        throw HttpError.bad("chunk: longer than its size");
      }
    }
    headers(new Budget(MAX_HEAD, 431, "trailer"));
    return out.toByteArray();
  }

  private int chunkSize(Budget lines) throws IOException, HttpError {
    String line = line(in.read(), lines);
    Matcher size = CHUNK_SIZE.matcher(line);
    if (line.length() > MAX_CHUNK_LINE || !size.matches()) {
      throw HttpError.bad("chunk size: not a short hexadecimal number");
    }
    long value = Long.parseLong(size.group(1), 16);
    if (value > MAX_BODY) {
      throw tooLong();
    }
    return (int) value;
  }

  private byte[] exactly(int length) throws IOException {
    byte[] out = in.readNBytes(length);
    if (out.length < length) {
      throw new EOFException("the client closed within a body");
    }
    return out;
  }

  /** A line without its CRLF; {@code first} is its first byte, already read. */
  private String line(int first, Budget budget) throws IOException, HttpError {
    StringBuilder out = new StringBuilder();
    for (int b = first; b != '\r'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the client closed within a line");
      }
      if (b == '\n' || b == 0) {
        throw HttpError.bad("line: byte " + b + " before CRLF");
      }
      budget.spend();
      out.append((char) b);
    }
    if (in.read() != '\n') {
      throw HttpError.bad("line: CR without LF");
    }
    budget.spend();
    return out.toString();
  }

  private static HttpError tooLong() {
    return new HttpError(413, "body_too_long", "body: more than " + MAX_BODY + " bytes");
  }

  /** How many bytes of a part may still come. */
  private static final class Budget {
    private final int status;
    private final String what;
    private final int limit;
    private int left;

    Budget(int limit, int status, String what) {
      this.limit = limit;
      this.left = limit;
      this.status = status;
      this.what = what;
    }

    void spend() throws HttpError {
      if (--left < 0) {
        throw new HttpError(status, "too_long", what + ": more than " + limit + " bytes");
      }
    }
  }
}
