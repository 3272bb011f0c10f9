package dev.sallyport.runtimellama;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpReaderTest {
  private static final String POST = "POST /v1/completions HTTP/1.1\r\nHost: x\r\n";

  private static HttpReader reader(String input) {
    return new HttpReader(new ByteArrayInputStream(input.getBytes(StandardCharsets.ISO_8859_1)));
  }

  private static int refusal(String input) {
    HttpReader reader = reader(input);
    return assertThrows(HttpError.class, () -> reader.body(reader.head().orElseThrow())).status();
  }

  @Test
  void readsRequestsOneAfterAnother() throws Exception {
    HttpReader reader =
        reader(POST + "Content-Length: 3\r\n\r\nabcGET /health?x=1 HTTP/1.0\r\n\r\n");
    HttpRequest first = reader.head().orElseThrow();
    assertEquals("POST", first.method());
    assertTrue(first.keepAlive());
    assertArrayEquals("abc".getBytes(StandardCharsets.US_ASCII), reader.body(first));
    HttpRequest second = reader.head().orElseThrow();
    assertEquals("/health", second.path());
    assertFalse(second.keepAlive());
    assertEquals(0, reader.body(second).length);
    assertTrue(reader.head().isEmpty());
  }

  @Test
  void joinsChunks() throws Exception {
    HttpReader reader =
        reader(
            POST
                + "Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0A\r\n0123456789\r\n0\r\nT: v\r\n\r\n");
    byte[] body = reader.body(reader.head().orElseThrow());
    assertEquals("abc0123456789", new String(body, StandardCharsets.US_ASCII));
    assertTrue(reader.head().isEmpty());
  }

  @Test
  void closesWhenAConnectionHeaderSaysSo() throws Exception {
    assertFalse(reader(POST + "Connection: te, Close\r\n\r\n").head().orElseThrow().keepAlive());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
        "get / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\nHost: x\n\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nA: b\u0000\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
      })
  void refusesWhatTwoParsersCouldReadDifferently(String input) {
    assertEquals(400, refusal(input));
  }

  @Test
  void refusesOtherVersionsAndCodings() {
    assertEquals(505, refusal("GET / HTTP/2.0\r\nHost: x\r\n\r\n"));
    assertEquals(501, refusal(POST + "Transfer-Encoding: gzip, chunked\r\n\r\n"));
  }

  @Test
  void boundsHeadAndBody() {
    assertEquals(431, refusal("GET /" + "a".repeat(17_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"));
    assertEquals(431, refusal(POST + "A: b\r\n".repeat(5_000) + "\r\n"));
    StringBuilder many = new StringBuilder(POST);
    for (int i = 0; i < 70; i++) {
      many.append("h").append(i).append(": v\r\n");
    }
    assertEquals(431, refusal(many + "\r\n"));
    assertEquals(413, refusal(POST + "Content-Length: 999999999999999999\r\n\r\n"));
    assertEquals(413, refusal(POST + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n"));
  }

  @Test
  void reportsAClientThatStopsHalfWay() {
    HttpReader reader = reader(POST + "Content-Length: 5\r\n\r\nabc");
    assertThrows(EOFException.class, () -> reader.body(reader.head().orElseThrow()));
  }

  @Test
  void answersOrRefusesAnyBytes() {
    Random random = new Random(7);
    String valid = POST + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    for (int round = 0; round < 20_000; round++) {
      StringBuilder mutated = new StringBuilder(valid);
      for (int i = 0; i < 3; i++) {
        mutated.setCharAt(random.nextInt(mutated.length()), (char) random.nextInt(256));
      }
      HttpReader reader = reader(mutated.toString());
      try {
        reader.body(reader.head().orElseThrow());
      } catch (HttpError e) {
        assertTrue(e.status() >= 400 && e.status() < 600, "seed 7 round " + round);
      } catch (IOException e) {
        assertEquals(EOFException.class, e.getClass(), "seed 7 round " + round);
      }
    }
  }
}
