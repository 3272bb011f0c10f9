package dev.sallyport.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class StreamingTest {
  private static final String STREAM = House.chatBody(",\"stream\":true");

  private static final String SSE = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";

  @TempDir Path dir;
  private House house;

  @BeforeEach
  void open() throws Exception {
    house = new House(dir);
  }

  @AfterEach
  void close() {
    house.close();
  }

  @Test
  void deliversAnEventBeforeTheRuntimeHasSentTheNext() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    house.runtime.script((request, out) -> {
      FakeRuntime.startStream(out);
      FakeRuntime.event(out, FakeRuntime.delta("first"));
      seen.await();
      FakeRuntime.event(out, FakeRuntime.delta("second"));
      FakeRuntime.endStream(out);
    });
    try (RawTls client = new RawTls(house)) {
      client.send(RawTls.chat(STREAM));
      client.readUntil("first\"");
      seen.countDown();
      client.readUntil("second\"");
      client.readUntil("[DONE]");
    }
  }

  @Test
  void pausesTheRuntimeForASlowReader() throws Exception {
    AtomicLong written = new AtomicLong();
    String event = FakeRuntime.delta("x".repeat(8000));
    int events = 2600;
    house.runtime.script((request, out) -> {
      FakeRuntime.startStream(out);
      for (int i = 0; i < events; i++) {
        FakeRuntime.event(out, event);
        written.addAndGet(event.length());
      }
      FakeRuntime.endStream(out);
    });
    house.serve(
        new TierPolicy(
            House.POLICY.paths(),
            House.POLICY.fields(),
            new Quota(10, Long.MAX_VALUE, Long.MAX_VALUE, 5000, 5)),
        Long.MAX_VALUE);
    try (RawTls client = new RawTls(house)) {
      client.send(RawTls.chat(STREAM));
      client.readUntil("\r\n\r\n");
      long before = -1;
      // Until the runtime makes no progress any more, looked at every 200 ms.
      while (written.get() != before) {
        before = written.get();
        TimeUnit.MILLISECONDS.sleep(200);
      }
      assertTrue(before < 16L << 20, "the gateway took " + before + " bytes for a stalled client");
      assertTrue(client.readAllUntilDone() >= (long) events * 8000);
    }
    assertEquals((long) events * event.length(), written.get());
  }

  @Test
  void stopsTheRuntimeWhenTheClientLeaves() throws Exception {
    house.runtime.script((request, out) -> {
      FakeRuntime.startStream(out);
      while (true) {
        FakeRuntime.event(out, FakeRuntime.delta("x"));
      }
    });
    try (RawTls client = new RawTls(house)) {
      client.send(RawTls.chat(STREAM));
      client.readUntil("\"x\"");
    }
    assertNotNull(house.runtime.cancelled.poll(30, TimeUnit.SECONDS));
    assertEquals(499, awaitServed().integer("status"));
  }

  private Json.Obj awaitServed() throws Exception {
    while (house.entries("request.served").isEmpty()) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    return house.entries("request.served").getFirst();
  }

  @Test
  void runtimeDeathEndsTheStreamWithAnErrorEvent() throws Exception {
    house.runtime.script((request, out) -> {
      FakeRuntime.startStream(out);
      FakeRuntime.event(out, FakeRuntime.delta("a"));
    });
    try (RawTls client = new RawTls(house)) {
      String all = client.send(RawTls.chat(STREAM)).readAll();
      assertTrue(all.contains("\"a\""), all);
      assertTrue(all.contains("upstream_failed"), all);
      assertFalse(all.contains("[DONE]"), all);
    }
    assertEquals(502, house.entries("request.served").getFirst().integer("status"));
  }

  @Test
  void cutEndsAnswersUnderWay() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    house.runtime.script((request, out) -> {
      FakeRuntime.startStream(out);
      FakeRuntime.event(out, FakeRuntime.delta("a"));
      over.await();
    });
    try (RawTls client = new RawTls(house)) {
      client.send(RawTls.chat(STREAM)).readUntil("\"a\"");
      house.gateway.cutModel("other");
      house.gateway.cutModel(House.MODEL);
      assertTrue(client.readAll().contains("model_unavailable"));
    } finally {
      over.countDown();
    }
  }

  @Test
  void refusesGarbageFromTheRuntime() throws Exception {
    for (String garbage :
        new String[] {
          "\u0000\u0001nonsense\r\n\r\n",
          SSE + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
          "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi",
          SSE + "Content-Length: 12\r\n\r\ndata: {bad\n\n",
          SSE + "\r\ndata: {\"error\":{\"message\":\"the prompt was hi\"}}\n\n",
          "HTTP/1.1 500 X\r\nContent-Length: 19\r\n\r\nthe prompt was hi\r\n",
          "HTTP/1.1 302 X\r\nLocation: http://x/\r\nContent-Length: 0\r\n\r\n",
        }) {
      house.runtime.script((request, out) -> FakeRuntime.text(out, garbage));
      var response = house.chat(",\"stream\":true");
      assertEquals(502, response.statusCode(), garbage);
      assertFalse(response.body().contains("prompt was"), response.body());
    }
  }

  @Test
  void boundsAWholeAnswerAndAnEvent() throws Exception {
    String huge = "x".repeat(Limits.DEFAULT.maxAnswerBytes());
    house.runtime.script(FakeRuntime.fixed(200, "application/json", FakeRuntime.whole(huge, 1, 1)));
    assertEquals(502, house.chat("").statusCode());
    house.runtime.script((request, out) -> {
      FakeRuntime.startStream(out);
      FakeRuntime.event(out, FakeRuntime.delta(huge));
    });
    assertEquals(502, house.chat(",\"stream\":true").statusCode());
  }

  @Test
  void translatesARuntimeThatRefuses() throws Exception {
    house.runtime.script(
        FakeRuntime.fixed(
            400,
            "application/json",
            "{\"error\":{\"type\":\"exceed_context_size_error\",\"message\":\"prompt: hi\"}}"));
    var response = house.chat("");
    assertEquals("context_length_exceeded", House.code(response));
    assertFalse(response.body().contains("prompt: hi"));
  }

  @Test
  void dropsLogprobsFromEvents() throws Exception {
    house.runtime.script((request, out) -> {
      FakeRuntime.startStream(out);
      FakeRuntime.event(
          out,
          FakeRuntime.delta("a").replace("\"index\":0", "\"index\":0,\"log\\u0070robs\":[7.5]"));
      FakeRuntime.endStream(out);
    });
    String body = house.chat(",\"stream\":true").body();
    assertTrue(body.contains("\"a\""), body);
    assertFalse(body.contains("7.5"), body);
  }

  @Test
  void drainsOnClose() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    house.runtime.script((request, out) -> {
      FakeRuntime.startStream(out);
      FakeRuntime.event(out, FakeRuntime.delta("a"));
      go.await();
      FakeRuntime.endStream(out);
    });
    try (RawTls client = new RawTls(house)) {
      client.send(RawTls.chat(STREAM)).readUntil("\"a\"");
      Thread closing = Thread.ofVirtual().start(() -> house.gateway.close(Duration.ofSeconds(30)));
      go.countDown();
      assertTrue(client.readAll().contains("[DONE]"));
      closing.join();
    }
  }
}
