package dev.sallyport.gateway;

import dev.sallyport.core.Json;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.LinkedBlockingQueue;

/** A small inference server on a Unix socket, whose answers a test writes byte by byte. */
final class FakeRuntime implements AutoCloseable {
  /** Writes the whole HTTP answer to one request. */
  interface Script {
    void answer(Json.Obj request, OutputStream out) throws Exception;
  }

  /** What the runtime saw, in order. */
  final LinkedBlockingQueue<Json.Obj> requests = new LinkedBlockingQueue<>();

  /** One item per request whose client went away while the script wrote. */
  final LinkedBlockingQueue<String> cancelled = new LinkedBlockingQueue<>();

  final Path socket;
  private final ServerSocketChannel listening;
  private volatile Script script;

  FakeRuntime(Path socket, Script script) throws IOException {
    this.socket = socket;
    this.script = script;
    listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listening.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofVirtual().start(this::accept);
  }

  void script(Script next) {
    script = next;
  }

  private void accept() {
    while (listening.isOpen()) {
      try {
        SocketChannel client = listening.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(SocketChannel channel) {
    try (channel) {
      InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
      Json.Obj request = read(in);
      requests.add(request);
      script.answer(request, Channels.newOutputStream(channel));
    } catch (IOException e) {
      cancelled.add(String.valueOf(e.getMessage()));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static Json.Obj read(InputStream in) throws Exception {
    int length = 0;
    while (true) {
      String line = line(in);
      if (line.isEmpty()) {
        break;
      }
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(15).strip());
      }
    }
    return Json.parseObject(in.readNBytes(length));
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder out = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("closed");
      }
      if (c != '\r') {
        out.append((char) c);
      }
    }
    return out.toString();
  }

  /** A script that answers with this status, type and body. */
  static Script fixed(int status, String type, String body) {
    return (request, out) -> write(out, status, type, body);
  }

  static void write(OutputStream out, int status, String type, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    text(
        out,
        "HTTP/1.1 "
            + status
            + " X\r\nContent-Type: "
            + type
            + "\r\nX-Leak: weights\r\n"
            + "Content-Length: "
            + bytes.length
            + "\r\n\r\n");
    out.write(bytes);
    out.flush();
  }

  static void text(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  static void startStream(OutputStream out) throws IOException {
    text(
        out,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
  }

  static void event(OutputStream out, String json) throws IOException {
    String event = "data: " + json + "\n\n";
    int length = event.getBytes(StandardCharsets.UTF_8).length;
    text(out, Integer.toHexString(length) + "\r\n" + event + "\r\n");
  }

  static void endStream(OutputStream out) throws IOException {
    event(out, "[DONE]");
    text(out, "0\r\n\r\n");
  }

  static String delta(String content) {
    return "{\"id\":\"up\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"x\","
        + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\""
        + content
        + "\"},\"finish_reason\":null}]}";
  }

  static String usage(long prompt, long completion) {
    return "{\"id\":\"up\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"x\","
        + "\"choices\":[],\"usage\":{\"prompt_tokens\":"
        + prompt
        + ",\"completion_tokens\":"
        + completion
        + ",\"total_tokens\":"
        + (prompt + completion)
        + "}}";
  }

  static String whole(String content, long prompt, long completion) {
    return "{\"id\":\"up\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"x\","
        + "\"timings\":{\"secret\":1},\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
        + "\"content\":\""
        + content
        + "\"},\"logprobs\":{\"content\":[1.5]},\"finish_reason\":\"stop\"}],"
        + "\"usage\":{\"prompt_tokens\":"
        + prompt
        + ",\"completion_tokens\":"
        + completion
        + ",\"total_tokens\":"
        + (prompt + completion)
        + "}}";
  }

  /** Two deltas, usage, the end. */
  static Script stream() {
    return (request, out) -> {
      startStream(out);
      event(out, delta("a"));
      event(out, delta("b"));
      event(out, usage(3, 2));
      endStream(out);
    };
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
