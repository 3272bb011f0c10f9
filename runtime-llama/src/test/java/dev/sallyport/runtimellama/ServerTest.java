package dev.sallyport.runtimellama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real model over a real Unix socket. Skips where llama.cpp's native library does not load. */
class ServerTest {
  private static final Path MODEL = Path.of("../testdata/models/tiny-stories.gguf");

  @TempDir static Path directory;

  private static Path socket;
  private static Llama llama;
  private static Server server;
  private static Thread loop;

  @BeforeAll
  static void start() throws Exception {
    socket = directory.resolve("s");
    try {
      llama = Llama.load(new Options(MODEL, socket, 512, 1, 1));
    } catch (EngineFailed e) {
      Assumptions.assumeFalse(
          e.getCause() instanceof LinkageError, "skipped: no llama.cpp here: " + e.getMessage());
      throw e;
    }
    server = new Server(socket, llama, () -> Instant.ofEpochSecond(1_800_000_000));
    loop = Thread.ofPlatform().start(ServerTest::serve);
  }

  private static void serve() {
    try {
      server.run();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.close();
      loop.join();
      llama.close();
      assertFalse(Files.exists(socket), "the socket file is gone");
    }
  }

  private static SocketChannel connect() throws IOException {
    SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
    client.connect(UnixDomainSocketAddress.of(socket));
    return client;
  }

  private static void send(SocketChannel client, String request) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      client.write(bytes);
    }
  }

  private static String post(String path, String body) {
    String json = body.replace('\'', '"');
    int length = json.getBytes(StandardCharsets.UTF_8).length;
    return "POST "
        + path
        + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: "
        + length
        + "\r\n\r\n"
        + json;
  }

  /** Sends one request and reads to the end of the connection. */
  private static String ask(String request) throws IOException {
    try (SocketChannel client = connect()) {
      send(client, request);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteBuffer chunk = ByteBuffer.allocate(4096);
      while (client.read(chunk.clear()) >= 0) {
        out.write(chunk.array(), 0, chunk.position());
      }
      return out.toString(StandardCharsets.UTF_8);
    }
  }

  private static Json.Obj body(String answer) throws Exception {
    assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
    String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
    return Json.parseObject(body.getBytes(StandardCharsets.UTF_8));
  }

  /** The data of every event of a stream. */
  private static List<String> events(String answer) {
    List<String> out = new ArrayList<>();
    for (String line : answer.split("\n", -1)) {
      if (line.startsWith("data: ")) {
        out.add(line.substring(6));
      }
    }
    return out;
  }

  private static final String GATE =
      "{'messages':[{'role':'user','content':'Tell me about the gate.'}],'temperature':0";

  @Test
  void answersAChat() throws Exception {
    Json.Obj answer = body(ask(post("/v1/chat/completions", GATE + "}")));
    Json.Obj choice = answer.objects("choices").getFirst();
    String text = choice.object("message").string("content");
    assertTrue(text.startsWith("The gate stands "), text);
    assertEquals("stop", choice.string("finish_reason"));
    assertEquals("tiny-stories", answer.string("model"));
    assertTrue(answer.object("usage").integer("completion_tokens") > 5);
  }

  @Test
  void streamsTheSameTextTokenByToken() throws Exception {
    String whole =
        body(ask(post("/v1/chat/completions", GATE + "}")))
            .objects("choices")
            .getFirst()
            .object("message")
            .string("content");
    String stream = GATE + ",'stream':true,'stream_options':{'include_usage':true}}";
    List<String> events = events(ask(post("/v1/chat/completions", stream)));
    assertEquals("[DONE]", events.getLast());
    StringBuilder text = new StringBuilder();
    int tokens = 0;
    for (String event : events.subList(1, events.size() - 2)) {
      Json.Obj choice =
          Json.parseObject(event.getBytes(StandardCharsets.UTF_8)).objects("choices").getFirst();
      tokens += choice.object("delta").findString("content").isPresent() ? 1 : 0;
      text.append(choice.object("delta").findString("content").orElse(""));
    }
    assertEquals(whole, text.toString());
    Json.Obj last =
        Json.parseObject(events.get(events.size() - 2).getBytes(StandardCharsets.UTF_8));
    // The end-of-turn token counts and shows nothing.
    assertEquals(tokens + 1, last.object("usage").integer("completion_tokens"));
  }

  @Test
  void endsAtTheTokenLimitAndAtAStopText() throws Exception {
    Json.Obj limited =
        body(ask(post("/v1/completions", "{'prompt':'Once there was','max_tokens':3}")));
    assertEquals("length", limited.objects("choices").getFirst().string("finish_reason"));
    assertEquals(3, limited.object("usage").integer("completion_tokens"));
    Json.Obj stopped = body(ask(post("/v1/chat/completions", GATE + ",'stop':' stands'}")));
    Json.Obj choice = stopped.objects("choices").getFirst();
    assertEquals("The gate", choice.object("message").string("content"));
    assertEquals("stop", choice.string("finish_reason"));
  }

  @Test
  void repeatsItselfForTheSameSeed() throws Exception {
    String request =
        post("/v1/completions", "{'prompt':'Once','max_tokens':30,'temperature':1,'seed':5}");
    assertEquals(
        body(ask(request)).objects("choices").getFirst().string("text"),
        body(ask(request)).objects("choices").getFirst().string("text"));
  }

  @Test
  void servesTwoClientsAtOnce() throws Exception {
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<String> one = () -> ask(post("/v1/chat/completions", GATE + "}"));
      List<Future<String>> answers = clients.invokeAll(List.of(one, one));
      assertEquals(
          body(answers.get(0).get()).objects("choices").getFirst(),
          body(answers.get(1).get()).objects("choices").getFirst());
    }
  }

  /** With one slot, the second request can only be answered once the first is cancelled. */
  @Test
  void aClientThatLeavesFreesItsSlot() throws Exception {
    String endless =
        "{'prompt':'Once there was','max_tokens':500,'stream':true,'temperature':2,'seed':1}";
    for (int i = 0; i < 20; i++) {
      try (SocketChannel client = connect()) {
        send(client, post("/v1/completions", endless));
        client.read(ByteBuffer.allocate(16));
      }
    }
    assertTimeoutPreemptively(
        Duration.ofSeconds(60), () -> body(ask(post("/v1/chat/completions", GATE + "}"))));
  }

  @Test
  void saysWhatIsWrongAndGoesOn() throws Exception {
    try (SocketChannel client = connect()) {
      send(client, post("/v1/completions", "{'prompt':7}").replace("Connection: close\r\n", ""));
      send(client, "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteBuffer chunk = ByteBuffer.allocate(4096);
      while (client.read(chunk.clear()) >= 0) {
        out.write(chunk.array(), 0, chunk.position());
      }
      String all = out.toString(StandardCharsets.UTF_8);
      assertTrue(all.startsWith("HTTP/1.1 400 "), all);
      assertTrue(all.endsWith("{\"status\":\"ok\"}"), all);
    }
  }

  @Test
  void refusesUnknownPathsMethodsAndLongPrompts() throws Exception {
    assertTrue(ask("GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").contains(" 404 "));
    assertTrue(ask(post("/health", "")).contains(" 405 "));
    String novel = "{'prompt':'" + "The gate is old. ".repeat(200) + "'}";
    assertTrue(ask(post("/v1/completions", novel)).contains("context_length_exceeded"));
    assertTrue(ask(post("/v1/completions", "{'prompt':'a','prompt':'b'}")).contains(" 400 "));
    assertTrue(ask("nonsense\r\n\r\n").startsWith("HTTP/1.1 400 "));
  }
}
