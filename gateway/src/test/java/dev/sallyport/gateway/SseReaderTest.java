package dev.sallyport.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sallyport.core.BadInput;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SseReaderTest {
  private static final String STREAM =
      """
      : comment

      data: one

      event: x\r
      data:two\r
      data:  three\r
      \r
      id: 7

      data

      data: \u00e4

      """;

  private static List<String> read(String text, int pieces) throws BadInput {
    SseReader reader = new SseReader(100);
    List<String> events = new ArrayList<>();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int from = 0; from < bytes.length; from += pieces) {
      int length = Math.min(pieces, bytes.length - from);
      reader.feed(
          Unpooled.wrappedBuffer(bytes, from, length),
          data -> events.add(new String(data, StandardCharsets.UTF_8)));
    }
    return events;
  }

  @Test
  void eventsDoNotDependOnHowTheStreamIsCut() throws Exception {
    List<String> expected = List.of("one", "two\n three", "\u00e4");
    for (int pieces = 1; pieces < STREAM.length() + 2; pieces++) {
      assertEquals(expected, read(STREAM, pieces), "pieces of " + pieces);
    }
  }

  @Test
  void boundsAnEventOverManyLinesAndALineWithoutEnd() {
    assertThrows(BadInput.class, () -> read("data: 12345678\n".repeat(20), 7));
    assertThrows(BadInput.class, () -> read("x".repeat(101), 7));
  }
}
