package dev.sallyport.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class HostileClientTest {
  private static final String MODELS =
      "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
          + House.KEY
          + "\r\n\r\n";

  @TempDir Path dir;
  private House house;

  @BeforeEach
  void open() throws Exception {
    house = house(Limits.DEFAULT.handshake(), Limits.DEFAULT.request());
  }

  private House house(Duration handshake, Duration request) throws Exception {
    Limits d = Limits.DEFAULT;
    Limits few =
        new Limits(
            4,
            d.maxHeaderBytes(),
            d.maxBodyBytes(),
            d.maxBodiesBytes(),
            d.maxAnswerBytes(),
            2,
            handshake,
            request,
            d.firstByte(),
            d.stall());
    return new House(dir, few, Transport.best());
  }

  @AfterEach
  void close() {
    house.close();
  }

  /** The status of the only answer, after which the gateway must close. */
  private String onlyStatus(String request) throws IOException {
    try (RawTls client = new RawTls(house)) {
      String all = client.send(request).readAll();
      assertEquals(1, all.split("x-request-id", -1).length - 1, all);
      return all.substring(9, 12);
    }
  }

  @Test
  void refusesTwoLengthsAndClosesWithoutReadingOn() throws Exception {
    String smuggled = "0\r\n\r\n" + MODELS;
    String head = RawTls.chatHead();
    for (String framing :
        new String[] {
          "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
          "Content-Length: 5\r\nContent-Length: 6\r\n",
          "Content-Length: 5, 6\r\n",
          "Content-Length: +5\r\n",
          "Content-Length: -1\r\n",
          "Transfer-Encoding: gzip, chunked\r\n",
          "Transfer-Encoding: xchunked\r\n",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding : chunked\r\n",
        }) {
      assertEquals("400", onlyStatus(head + framing + "\r\n" + smuggled), framing);
    }
    assertTrue(house.runtime.requests.isEmpty());
  }

  @Test
  void refusesOtherVersionsAndMissingHosts() throws Exception {
    assertEquals("505", onlyStatus("GET /healthz HTTP/1.0\r\nHost: x\r\n\r\n"));
    assertEquals("400", onlyStatus("GET /healthz HTTP/1.1\r\n\r\n"));
    assertEquals("400", onlyStatus("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"));
    assertEquals("400", onlyStatus("nonsense\r\n\r\n"));
  }

  @Test
  void boundsLineAndHeaders() throws Exception {
    assertEquals("414", onlyStatus("GET /" + "x".repeat(5000) + " HTTP/1.1\r\nHost: x\r\n\r\n"));
    assertEquals(
        "431",
        onlyStatus("GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(20000) + "\r\n\r\n"));
  }

  @Test
  void refusesAnAnnouncedBodyBeforeItComes() throws Exception {
    assertEquals("413", onlyStatus(RawTls.chatHead() + "Content-Length: 99999999999\r\n\r\n"));
  }

  @Test
  void boundsAChunkedBody() throws Exception {
    String chunk = "80000\r\n" + "x".repeat(0x80000) + "\r\n";
    assertEquals(
        "413",
        onlyStatus(RawTls.chatHead() + "Transfer-Encoding: chunked\r\n\r\n" + chunk.repeat(5)));
  }

  @Test
  void answersRequestsSentAheadInOrder() throws Exception {
    house.runtime.script(
        FakeRuntime.fixed(200, "application/json", FakeRuntime.whole("hello", 1, 1)));
    try (RawTls client = new RawTls(house)) {
      client.send(MODELS + RawTls.chat(House.chatBody("")) + "GET /nowhere" + MODELS.substring(14));
      client.send(MODELS.repeat(300));
      assertEquals(200, client.response());
      assertEquals(200, client.response());
      assertEquals(404, client.response());
      for (int i = 0; i < 300; i++) {
        assertEquals(200, client.response());
      }
    }
  }

  @Test
  void invitesABodyOnlyFromThoseItKnows() throws Exception {
    String body = House.chatBody(",\"stream\":true");
    try (RawTls client = new RawTls(house)) {
      client.send(
          RawTls.chatHead()
              + "Expect: 100-continue\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n");
      assertTrue(client.readUntil("\r\n\r\n").startsWith("HTTP/1.1 100 "));
      assertTrue(client.send(body).readUntil("[DONE]").startsWith("HTTP/1.1 200 "));
    }
    assertEquals(
        "401",
        onlyStatus(
            RawTls.chatHead().replace(House.KEY, "x")
                + "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n"));
  }

  @Test
  void closesOnClientsThatAreTooSlow() throws Exception {
    house.close();
    Files.delete(house.runtime.socket);
    // Long enough for a loaded machine to send the few bytes that this test sends.
    house = house(Duration.ofSeconds(3), Duration.ofSeconds(4));
    try (RawTls silent = new RawTls(house);
        RawTls head = new RawTls(house);
        RawTls body = new RawTls(house)) {
      head.send("GET /healthz HTTP/1.1\r\nHost: ");
      body.send(RawTls.chatHead() + "Content-Length: 9\r\n\r\n{");
      assertEquals("", silent.readAll());
      assertEquals("", head.readAll());
      assertEquals("", body.readAll());
    }
    try (Socket plain = new Socket("localhost", house.gateway.port())) {
      plain.setSoTimeout(20_000);
      assertEquals(-1, plain.getInputStream().read());
    }
  }

  @Test
  void speaksOnlyTls() throws Exception {
    try (Socket plain = new Socket("localhost", house.gateway.port())) {
      plain.setSoTimeout(20_000);
      plain.getOutputStream().write(MODELS.getBytes(StandardCharsets.US_ASCII));
      byte[] answer = plain.getInputStream().readAllBytes();
      assertTrue(!new String(answer, StandardCharsets.ISO_8859_1).contains("HTTP/1.1"));
    }
  }

  @Test
  void boundsConnections() throws Exception {
    try (RawTls a = new RawTls(house);
        RawTls b = new RawTls(house);
        RawTls c = new RawTls(house);
        RawTls d = new RawTls(house)) {
      try (Socket fifth = new Socket("localhost", house.gateway.port())) {
        fifth.setSoTimeout(20_000);
        assertEquals(-1, fifth.getInputStream().read());
      }
      for (RawTls each : new RawTls[] {a, b, c, d}) {
        assertEquals(200, each.send(MODELS).response());
      }
    }
  }
}
