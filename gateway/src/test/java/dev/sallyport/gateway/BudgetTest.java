package dev.sallyport.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Json;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class BudgetTest {
  private static final String EVENT = FakeRuntime.delta("x".repeat(1000));

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

  private void quota(long tokens, long bytes, long modelBytes) {
    Quota quota = new Quota(1000, tokens, bytes, 1000, 10);
    house.serve(new TierPolicy(House.POLICY.paths(), House.POLICY.fields(), quota), modelBytes);
  }

  private void streamOf(int events) {
    house.runtime.script((request, out) -> {
      FakeRuntime.startStream(out);
      for (int i = 0; i < events; i++) {
        FakeRuntime.event(out, EVENT);
      }
      FakeRuntime.endStream(out);
    });
  }

  private long blockBytes() throws Exception {
    long sum = 0;
    for (Json.Obj block : house.entries("budget.block")) {
      sum += block.integer("bytes");
    }
    return sum;
  }

  @Test
  void noByteLeavesBeforeItsBlockIsDurable() throws Exception {
    CompletableFuture<Void> durable = new CompletableFuture<>();
    CountDownLatch asked = new CountDownLatch(1);
    house.answer =
        (type, data) -> {
          asked.countDown();
          return durable;
        };
    try (RawTls client = new RawTls(house)) {
      client.send(RawTls.chat(House.chatBody(",\"stream\":true")));
      asked.await();
      house.runtime.requests.take();
      // The runtime answers now; a health check on the same loops shows that they are not stuck.
      for (int i = 0; i < 20; i++) {
        assertEquals(200, house.send(house.request("/healthz").GET().build()).statusCode());
      }
      assertEquals(0, client.available());
      durable.complete(null);
      client.readUntil("[DONE]");
    }
  }

  @Test
  void restOfABlockServesTheNextRequest() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertEquals(200, house.chat(",\"stream\":true").statusCode());
    }
    assertEquals(1, house.entries("budget.block").size());
    assertEquals(5, house.entries("request.served").size());
  }

  @Test
  void everyByteIsInsideALoggedBlock() throws Exception {
    streamOf(300);
    HttpResponse<String> response = house.chat(",\"stream\":true");
    long sent = house.entries("request.served").getFirst().integer("bytes");
    assertTrue(sent > 300_000);
    assertEquals(response.body().length() - "data: [DONE]\n\n".length(), sent);
    assertTrue(blockBytes() >= sent);
    assertTrue(blockBytes() < sent + 2 * Ledger.BLOCK_BYTES);
  }

  @Test
  void streamEndsWhereTheBudgetDoes() throws Exception {
    quota(1_000_000, 100_000, Long.MAX_VALUE);
    streamOf(300);
    HttpResponse<String> response = house.chat(",\"stream\":true");
    assertTrue(response.body().contains("egress_budget_exceeded"));
    assertFalse(response.body().contains("[DONE]"));
    assertTrue(response.body().length() < 100_000 + 300);
    assertEquals(100_000, blockBytes());
    Json.Obj served = house.entries("request.served").getFirst();
    assertEquals("egress_budget_exceeded", served.string("code"));
    // What the last block has left is less than an event, but more than nothing.
    house.reconnect();
    HttpResponse<String> next = house.chat(",\"stream\":true");
    assertEquals(429, next.statusCode());
    assertEquals("egress_budget_exceeded", House.code(next));
    assertTrue(next.headers().firstValue("Retry-After").isPresent());
  }

  @Test
  void budgetOfTheModelIsSharedByAll() throws Exception {
    quota(1_000_000, Long.MAX_VALUE, 65_536);
    streamOf(30);
    assertEquals(200, house.chat(",\"stream\":true").statusCode());
    house.reconnect();
    house.principals.put(ApiKey.hash(House.KEY), new Principal("bob", Tier.LIMITED, Quota.OPEN));
    HttpResponse<String> other = house.chat(",\"stream\":true");
    assertEquals(429, other.statusCode());
    assertEquals("egress_budget_exceeded", House.code(other));
  }

  @Test
  void openBlockCountsAsUsedAfterACrash() throws Exception {
    quota(1_000_000, 65_536, Long.MAX_VALUE);
    assertEquals(200, house.chat(",\"stream\":true").statusCode());
    assertEquals(200, house.chat(",\"stream\":true").statusCode());
    house.restart();
    assertEquals("egress_budget_exceeded", House.code(house.chat(",\"stream\":true")));
    house.clock.now = house.clock.now.plus(Duration.ofDays(1));
    assertEquals(200, house.chat(",\"stream\":true").statusCode());
  }

  @Test
  void tokensOfTheDayRunOut() throws Exception {
    quota(5, Long.MAX_VALUE, Long.MAX_VALUE);
    assertEquals(200, house.chat(",\"stream\":true").statusCode());
    assertEquals(5, house.runtime.requests.take().integer("max_tokens"));
    HttpResponse<String> second = house.chat(",\"stream\":true");
    assertEquals(429, second.statusCode());
    assertEquals("rate_limit_exceeded", House.code(second));
    house.restart();
    assertEquals("rate_limit_exceeded", House.code(house.chat(",\"stream\":true")));
  }

  @Test
  void logThatFailsLetsNothingOut() throws Exception {
    house.answer = (type, data) -> CompletableFuture.failedFuture(new IOException("disk full"));
    for (String more : new String[] {"", ",\"stream\":true", ",\"logprobs\":true"}) {
      house.runtime.script(
          more.isEmpty()
              ? FakeRuntime.fixed(200, "application/json", FakeRuntime.whole("hello", 1, 1))
              : FakeRuntime.stream());
      HttpResponse<String> response = house.chat(more);
      assertEquals(503, response.statusCode());
      assertEquals("audit_unavailable", House.code(response));
    }
  }

  @Test
  void endOfAnAnswerWaitsForItsEntry() throws Exception {
    house.answer =
        (type, data) ->
            type.equals("request.served")
                ? CompletableFuture.failedFuture(new IOException("disk full"))
                : CompletableFuture.completedFuture(null);
    try (RawTls client = new RawTls(house)) {
      String all = client.send(RawTls.chat(House.chatBody(",\"stream\":true"))).readAll();
      assertTrue(all.contains("\"a\""), all);
      assertFalse(all.contains("[DONE]"), all);
    }
    house.runtime.script(
        FakeRuntime.fixed(200, "application/json", FakeRuntime.whole("hello", 1, 1)));
    HttpResponse<String> whole = house.chat("");
    assertEquals("audit_unavailable", House.code(whole));
    assertFalse(whole.body().contains("hello"));
  }

  @Test
  void recorderThatThrowsIsOneThatFails() throws Exception {
    house.answer =
        (type, data) -> {
          throw new IllegalStateException("closed");
        };
    assertEquals("audit_unavailable", House.code(house.chat(",\"stream\":true")));
  }

  @Test
  void entriesHoldNoPromptAndNoKey() throws Exception {
    house.post(
        "/v1/chat/completions",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"SECRET\"}],\"SECRET\":1}");
    house.chat(",\"stream\":true");
    for (House.Entry entry : house.log) {
      String text = Json.toString(entry.data());
      assertFalse(text.contains("SECRET") || text.contains(House.KEY), text);
    }
  }
}
