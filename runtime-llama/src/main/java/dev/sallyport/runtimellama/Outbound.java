package dev.sallyport.runtimellama;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What goes back to a client. A client that does not take a write within the limit loses its
 * connection. For one thread.
 */
final class Outbound {
  private final SocketChannel channel;
  private final ScheduledExecutorService timer;
  private final Duration limit;

  Outbound(SocketChannel channel, ScheduledExecutorService timer, Duration limit) {
    this.channel = channel;
    this.timer = timer;
    this.limit = limit;
  }

  /** A whole answer. */
  void answer(int status, String type, byte[] body, boolean keepAlive) throws IOException {
    String head = head(status, type, keepAlive) + "Content-Length: " + body.length + "\r\n\r\n";
    write(ascii(head), body);
  }

  /** The head of an event stream; events follow as chunks of one write each. */
  void startEvents(boolean keepAlive) throws IOException {
    String type = "text/event-stream; charset=utf-8\r\nCache-Control: no-store";
    write(ascii(head(200, type, keepAlive) + "Transfer-Encoding: chunked\r\n\r\n"));
  }

  /** One server-sent event of one line. */
  void event(String data) throws IOException {
    byte[] event = ("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8);
    write(ascii(Integer.toHexString(event.length) + "\r\n"), event, ascii("\r\n"));
  }

  void endEvents() throws IOException {
    write(ascii("0\r\n\r\n"));
  }

  /** The interim answer to {@code Expect: 100-continue}. */
  void goOn() throws IOException {
    write(ascii("HTTP/1.1 100 Continue\r\n\r\n"));
  }

  private static String head(int status, String type, boolean keepAlive) {
    String retry = status == 503 ? "Retry-After: 1\r\n" : "";
    return "HTTP/1.1 "
        + status
        + " "
        + reason(status)
        + "\r\nContent-Type: "
        + type
        + "\r\n"
        + retry
        + "Connection: "
        + (keepAlive ? "keep-alive" : "close")
        + "\r\n";
  }

  private static String reason(int status) {
    return switch (status) {
      case 200 -> "OK";
      case 400 -> "Bad Request";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 408 -> "Request Timeout";
      case 413 -> "Content Too Large";
      case 431 -> "Request Header Fields Too Large";
      case 501 -> "Not Implemented";
      case 503 -> "Service Unavailable";
      case 505 -> "HTTP Version Not Supported";
      default -> "Internal Server Error";
    };
  }

  private void write(byte[]... parts) throws IOException {
    int size = 0;
    for (byte[] part : parts) {
      size = Math.addExact(size, part.length);
    }
    ByteBuffer all = ByteBuffer.allocate(size);
    for (byte[] part : parts) {
      all.put(part);
    }
    all.flip();
    Future<?> guard = timer.schedule(this::cut, limit.toNanos(), TimeUnit.NANOSECONDS);
    try {
      while (all.hasRemaining()) {
        channel.write(all);
      }
    } finally {
      guard.cancel(false);
    }
  }

  private void cut() {
    try {
      channel.close();
    } catch (IOException e) {
      System.getLogger(Outbound.class.getName())
          .log(System.Logger.Level.WARNING, "event=close-failed", e);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
