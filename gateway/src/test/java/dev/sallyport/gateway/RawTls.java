package dev.sallyport.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import javax.net.ssl.SSLSocket;

/** A client that sends exactly the bytes a test gives it. */
final class RawTls implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 20_000;

  private final SSLSocket socket;
  private final InputStream in;

  RawTls(House house) throws IOException {
    socket =
        (SSLSocket) house.trust.getSocketFactory().createSocket("localhost", house.gateway.port());
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.startHandshake();
    in = socket.getInputStream();
  }

  /** Head of a chat request with the valid key, ready for more headers. */
  static String chatHead() {
    return "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type:"
        + " application/json\r\nAuthorization: Bearer "
        + House.KEY
        + "\r\n";
  }

  /** A whole chat request. */
  static String chat(String body) {
    return chatHead() + "Content-Length: " + body.length() + "\r\n\r\n" + body;
  }

  RawTls send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** Bytes up to and with {@code end}; fails at the end of the stream. */
  String readUntil(String end) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    while (!out.toString(StandardCharsets.ISO_8859_1).endsWith(end)) {
      int c = in.read();
      if (c < 0) {
        throw new IOException("ended after: " + out.toString(StandardCharsets.ISO_8859_1));
      }
      out.write(c);
    }
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  /** Status of the next response, whose body of a given length is read too. */
  int response() throws IOException {
    String head = readUntil("\r\n\r\n");
    String lower = head.toLowerCase(Locale.ROOT);
    int at = lower.indexOf("content-length: ") + 16;
    in.readNBytes(Integer.parseInt(lower.substring(at, lower.indexOf('\r', at))));
    return Integer.parseInt(head.substring(9, 12));
  }

  /** Bytes that have come and were not read. */
  int available() throws IOException {
    return in.available();
  }

  /** All that comes until the gateway closes. */
  String readAll() throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  /** Counts the bytes of a stream up to its end. */
  long readAllUntilDone() throws IOException {
    byte[] buffer = new byte[1 << 16];
    long count = 0;
    String tail = "";
    while (!tail.contains("[DONE]")) {
      int n = in.read(buffer);
      if (n < 0) {
        throw new IOException("ended after " + count + " bytes: " + tail);
      }
      count += n;
      String all = tail + new String(buffer, 0, n, StandardCharsets.ISO_8859_1);
      tail = all.substring(Math.max(0, all.length() - 64));
    }
    return count;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
