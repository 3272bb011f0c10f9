package dev.sallyport.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RefusingTest {
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

  private void assertRefused(int status, String code, HttpResponse<String> response)
      throws Exception {
    assertEquals(status, response.statusCode(), response.body());
    assertEquals(code, House.code(response));
    assertTrue(response.headers().firstValue("x-request-id").isPresent());
    assertTrue(house.runtime.requests.isEmpty(), "the runtime must not see a refused request");
  }

  private HttpResponse<String> withKey(String header) throws Exception {
    URI uri = URI.create("https://localhost:" + house.gateway.port() + "/v1/chat/completions");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).header("Content-Type", "application/json");
    if (!header.isEmpty()) {
      request.header("Authorization", header);
    }
    return house.send(
        request.POST(HttpRequest.BodyPublishers.ofString(House.chatBody(""))).build());
  }

  @Test
  void missingMalformedAndUnknownKeysGetOneAnswerAndOneEntry() throws Exception {
    String unknown = "Bearer " + ApiKey.PREFIX + "b".repeat(43);
    String first = withKey("").body();
    for (String header : new String[] {"", "Basic x", "Bearer ", "Bearer other", unknown}) {
      HttpResponse<String> response = withKey(header);
      assertRefused(401, "invalid_api_key", response);
      assertEquals(first, response.body());
    }
    assertTrue(house.log.isEmpty(), "unauthenticated refusals are aggregated");
    house.gateway.close(Duration.ZERO);
    assertEquals(6, house.entries("request.refused").getFirst().integer("count"));
    assertEquals(1, house.log.size());
  }

  @Test
  void tierOutsideTheAudience() throws Exception {
    house.principals.put(ApiKey.hash(House.KEY), new Principal("alice", Tier.PUBLIC, Quota.OPEN));
    assertRefused(403, "tier_not_permitted", house.chat(""));
    assertEquals("tier_not_permitted", house.entries("request.refused").getFirst().string("code"));
    house.models.put(House.MODEL, new ModelState.Stopped(Tier.LIMITED));
    assertRefused(403, "tier_not_permitted", house.chat(""));
  }

  @Test
  void tierWithoutAPolicy() throws Exception {
    house.models.put(
        House.MODEL,
        new ModelState.Serving(Tier.PUBLIC, house.runtime.socket, Map.of(), Long.MAX_VALUE));
    assertRefused(403, "tier_not_permitted", house.chat(""));
  }

  @Test
  void unknownModelWhoseNameStaysOutOfTheLog() throws Exception {
    HttpResponse<String> response =
        house.post("/v1/chat/completions", "{\"model\":\"my secret prompt\",\"messages\":[]}");
    assertRefused(404, "model_not_found", response);
    assertEquals("", house.entries("request.refused").getFirst().string("model"));
    assertFalse(response.body().contains("secret"));
  }

  @Test
  void stoppedModel() throws Exception {
    house.models.put(House.MODEL, new ModelState.Stopped(Tier.LIMITED));
    HttpResponse<String> response = house.chat("");
    assertRefused(503, "model_unavailable", response);
    assertTrue(response.headers().firstValue("Retry-After").isPresent());
  }

  @Test
  void modelWhoseSocketIsDead() throws Exception {
    house.runtime.close();
    assertRefused(503, "model_unavailable", house.chat(""));
  }

  @Test
  void pathOutsideTheTier() throws Exception {
    house.serve(
        new TierPolicy(Set.of("/v1/completions"), House.POLICY.fields(), House.QUOTA), 1 << 20);
    assertRefused(403, "path_not_permitted", house.chat(""));
    assertRefused(404, "unknown_url", house.post("/v1/embeddings", "{}"));
    assertRefused(404, "unknown_url", house.post("/v1/chat/../models", "{}"));
    assertRefused(404, "unknown_url", house.post("/v1/completions?x=1", "{}"));
  }

  @Test
  void fieldsOutsideTheTierAtEveryLevel() throws Exception {
    for (String more :
        new String[] {
          ",\"logprobs\":true",
          ",\"cache_prompt\":true",
          ",\"stream_options\":{\"x\":1}",
          ",\"\\u006cogprobs\":true"
        }) {
      assertRefused(400, "field_not_permitted", house.chat(more));
    }
    for (String message :
        new String[] {
          "{\"role\":\"user\",\"content\":\"x\",\"tool_calls\":[]}",
          "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{}}]}"
        }) {
      assertRefused(
          400,
          "field_not_permitted",
          house.post("/v1/chat/completions", "{\"model\":\"m\",\"messages\":[" + message + "]}"));
    }
  }

  @Test
  void hostileFieldNamesAreClipped() throws Exception {
    HttpResponse<String> response = house.chat(",\"\\n<" + "x".repeat(5000) + "\":1");
    assertRefused(400, "field_not_permitted", response);
    assertTrue(response.body().length() < 400, response.body());
  }

  @Test
  void jsonThatIsNot() throws Exception {
    for (String body :
        new String[] {
          "",
          "{",
          "[]",
          "{\"model\":\"m\",\"model\":\"m\",\"messages\":[]}",
          "{\"model\":1}",
          "{\"model\":\"m\",\"messages\":[]} x",
          "\u0000"
        }) {
      assertRefused(400, "invalid_json", house.post("/v1/chat/completions", body));
    }
  }

  @Test
  void valuesThatCouldLiftTheTokenLimit() throws Exception {
    for (String more :
        new String[] {
          ",\"max_tokens\":-1",
          ",\"max_tokens\":1.5",
          ",\"max_tokens\":\"9\"",
          ",\"n\":0",
          ",\"n\":101",
          ",\"stream\":1",
          ",\"messages2\":[]"
        }) {
      assertEquals(400, house.chat(more).statusCode(), more);
    }
    assertTrue(house.runtime.requests.isEmpty());
  }

  @Test
  void methodsAndMediaTypes() throws Exception {
    assertRefused(
        405, "method_not_allowed", house.send(house.request("/v1/chat/completions").GET().build()));
    assertRefused(
        405, "method_not_allowed", house.send(house.request("/v1/models").DELETE().build()));
    assertRefused(
        415,
        "unsupported_media_type",
        house.send(
            house
                .request("/v1/chat/completions")
                .setHeader("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build()));
  }

  @Test
  void bodiesTooLarge() throws Exception {
    String large = "x".repeat(Limits.DEFAULT.maxBodyBytes() + 1);
    assertRefused(413, "body_too_large", house.post("/v1/chat/completions", large));
  }

  @Test
  void requestsBeyondTheRate() throws Exception {
    house.principals.put(
        ApiKey.hash(House.KEY),
        new Principal("alice", Tier.LIMITED, new Quota(2, 9999, 99999, 9, 9)));
    HttpRequest models = house.request("/v1/models").GET().build();
    assertEquals(200, house.send(models).statusCode());
    assertEquals(200, house.send(models).statusCode());
    HttpResponse<String> third = house.send(models);
    assertRefused(429, "rate_limit_exceeded", third);
    assertEquals("31", third.headers().firstValue("Retry-After").orElseThrow());
    assertEquals("2", third.headers().firstValue("x-ratelimit-limit-requests").orElseThrow());
    house.clock.now = house.clock.now.plusSeconds(30);
    assertEquals(200, house.send(models).statusCode());
  }

  @Test
  void floodOfRefusalsDoesNotFillTheLog() throws Exception {
    for (int i = 0; i < 100; i++) {
      assertEquals(404, house.post("/v1/x", "{}").statusCode());
    }
    house.gateway.close(Duration.ZERO);
    long counted = 0;
    for (var entry : house.entries("request.refused")) {
      counted += entry.find("count").isPresent() ? entry.integer("count") : 1;
    }
    assertEquals(100, counted);
    assertTrue(house.log.size() <= 3 * (RefusalLog.SINGLY + 1), "entries: " + house.log.size());
  }
}
