package dev.sallyport.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Json;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServingTest {
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
  void answersWholeAndFiltersWhatTheTierMayNotSee() throws Exception {
    house.runtime.script(
        FakeRuntime.fixed(200, "application/json", FakeRuntime.whole("hello", 5, 2)));
    HttpResponse<String> response = house.chat("");
    assertEquals(200, response.statusCode(), response.body());
    Json.Obj body = Json.parseObject(response.body().getBytes(StandardCharsets.UTF_8));
    Json.Obj choice = body.objects("choices").getFirst();
    assertEquals("hello", choice.object("message").string("content"));
    assertEquals(new Json.Null(), choice.need("logprobs"));
    assertEquals("m", body.string("model"));
    assertEquals(response.headers().firstValue("x-request-id").orElseThrow(), body.string("id"));
    assertFalse(body.members().containsKey("timings"));
    assertTrue(response.headers().firstValue("X-Leak").isEmpty());
    Json.Obj served = house.entries("request.served").getFirst();
    assertEquals(5, served.integer("promptTokens"));
    assertEquals(2, served.integer("completionTokens"));
    assertEquals(response.body().length(), served.integer("bytes"));
    assertEquals("alice", served.string("principal"));
  }

  @Test
  void streamsAndKeepsUsageToItself() throws Exception {
    HttpResponse<String> response = house.chat(",\"stream\":true");
    assertEquals(200, response.statusCode());
    List<String> events = response.body().lines().filter(l -> !l.isEmpty()).toList();
    assertEquals(3, events.size(), response.body());
    assertEquals("data: [DONE]", events.get(2));
    Json.Obj served = house.entries("request.served").getFirst();
    assertEquals(3, served.integer("promptTokens"));
    assertEquals(2, served.integer("completionTokens"));
    assertEquals(1, house.entries("budget.block").size());
    Json.Obj sent = house.runtime.requests.take();
    assertTrue(sent.object("stream_options").bool("include_usage"));
  }

  @Test
  void passesUsageToAClientThatAsks() throws Exception {
    HttpResponse<String> response =
        house.chat(",\"stream\":true,\"stream_options\":{\"include_usage\":true}");
    assertTrue(response.body().contains("\"total_tokens\":5"), response.body());
  }

  @Test
  void clampsTokensAndKeepsNumbers() throws Exception {
    house.chat(",\"max_tokens\":1000000,\"temperature\":0.30000000000000004,\"stream\":true");
    Json.Obj sent = house.runtime.requests.take();
    assertEquals(100, sent.integer("max_tokens"));
    assertEquals(new Json.Num(0.30000000000000004), sent.need("temperature"));
  }

  @Test
  void listsModels() throws Exception {
    HttpResponse<String> response = house.send(house.request("/v1/models").GET().build());
    assertEquals(200, response.statusCode());
    assertTrue(response.body().contains("\"id\":\"m\""), response.body());
  }

  @Test
  void worksWithoutNativeSockets() throws Exception {
    house.close();
    Files.delete(dir.resolve("rt.sock"));
    house = new House(dir, Limits.DEFAULT, Transport.nio());
    assertEquals(200, house.chat(",\"stream\":true").statusCode());
  }
}
