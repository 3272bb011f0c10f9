package dev.sallyport.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.Score;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImporterTest {
  @TempDir private Path dir;

  private Imported read(Importer importer, String text, String selector) throws Exception {
    Path file = dir.resolve("results");
    Files.writeString(file, text);
    return importer.read(file, selector);
  }

  private static final String INSPECT =
      """
      {"version": 2, "status": "success",
       "eval": {"task": "t", "model": "m"},
       "results": {"total_samples": 4, "completed_samples": 4, "scores": [
         {"name": "match", "scorer": "match", "scored_samples": 4, "unscored_samples": 0,
          "metrics": {"accuracy": {"name": "accuracy", "value": 0.25},
                      "stderr": {"name": "stderr", "value": 0.1},
                      "odd": {"name": "odd", "value": NaN}}}]},
       "samples": [{"id": 1, "epoch": 1}, {"id": 2, "epoch": 1}, {"id": 3, "epoch": 1},
                   {"id": 3, "epoch": 2}, {"id": 4, "epoch": 1, "error": null}]}\
      """;

  @Test
  void readsOneExactScore() throws Exception {
    Imported in = read(Importer.JSON, "{\"value\":\"17/19\",\"high\":\"0.95\",\"samples\":19}", "");
    assertEquals("17/19", in.value().toString());
    assertEquals("0.95", in.high().toString());
    assertEquals("json", in.source().kind());
    Instant from = Instant.parse("2026-03-01T00:00:00Z");
    Evaluation e =
        in.about("m", Digest.of("m"), "cyber-offense", "rate", from, from.plusSeconds(60));
    assertEquals(in.low(), e.low());
    assertThrows(
        BadInput.class,
        () -> in.about("m", Digest.of("m"), "Not An Id", "rate", from, from.plusSeconds(60)));
  }

  @Test
  void sumsSolvedCountsExactlyInBothForms() throws Exception {
    String csv =
        """
        name,weight,solved,of
        A,0.2,10,17
        B,0.3,7,19
        C,0.3,2,15
        D,0.2,1,3
        """;
    String json =
        """
        {"parts":[{"name":"A","weight":"0.2","solved":10,"of":17},
         {"name":"B","weight":"0.3","solved":7,"of":19},
         {"name":"C","weight":"0.3","solved":2,"of":15},
         {"name":"D","weight":"0.2","solved":1,"of":3}]}\
        """;
    Imported fromCsv = read(Importer.CSV, csv, "");
    Imported fromJson = read(Importer.JSON, json, "");
    assertEquals(fromCsv.value(), fromJson.value());
    // 2/17 + 21/190 + 1/25 + 1/15 over their common denominator 96900/2.
    assertEquals(Score.parse("32446/96900"), fromCsv.value());
    assertEquals(54, fromCsv.samples());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"value\":0.5,\"samples\":1}",
        "{\"value\":\"0.5\"}",
        "{\"parts\":[]}",
        "{\"parts\":[{\"name\":\"A\",\"weight\":\"1\",\"solved\":2,\"of\":1}]}",
        "{\"value\":\"0.5\",\"samples\":1,\"more\":1}",
        "[]",
        ""
      })
  void refusesAPlainFileThatIsNotExact(String text) {
    assertThrows(BadInput.class, () -> read(Importer.JSON, text, ""));
  }

  @Test
  void countsInspectSamplesOnceAndWithoutTheFailed() throws Exception {
    Imported whole = read(Importer.INSPECT, INSPECT, "match/accuracy");
    assertEquals("0.25", whole.value().toString());
    assertEquals("0.446", whole.high().toString());
    assertEquals(4, whole.samples());
    String worse =
        INSPECT
            .replace("{\"id\": 1, \"epoch\": 1}", "{\"id\": 1, \"epoch\": 1, \"limit\": {}}")
            .replace("\"error\": null", "\"error\": {\"message\": \"x\"}");
    Imported less = read(Importer.INSPECT, worse, "match/accuracy");
    assertEquals(2, less.samples());
    assertTrue(less.remarks().toString().contains("2 samples failed"), less.toString());
  }

  @Test
  void refusesAnInspectRunThatDidNotSucceedOrHasNoNumber() {
    for (String bad :
        new String[] {
          INSPECT.replace("\"success\"", "\"cancelled\""),
          INSPECT.replace("\"version\": 2", "\"version\": 2, \"invalidated\": true")
        }) {
      assertThrows(BadInput.class, () -> read(Importer.INSPECT, bad, "match/accuracy"));
    }
    assertThrows(BadInput.class, () -> read(Importer.INSPECT, INSPECT, "match/odd"));
    assertThrows(BadInput.class, () -> read(Importer.INSPECT, INSPECT, "other/accuracy"));
  }

  @Test
  void takesTheEffectiveSamplesOfLmEval() throws Exception {
    String text =
        """
        {"results": {"t": {"alias": "t", "acc,none": 0.5, "acc_stderr,none": 0.01,
           "em,strict": 0.1, "em_stderr,strict": "N/A"}},
         "n-samples": {"t": {"original": 1000, "effective": 40}}}\
        """;
    Imported in = read(Importer.LM_EVAL, text, "t/acc,none");
    assertEquals(40, in.samples());
    assertEquals("0.5196", in.high().toString());
    assertEquals("run on 40 of 1000 samples", in.remarks().getFirst());
    Imported without = read(Importer.LM_EVAL, text, "t/em,strict");
    assertEquals(without.value(), without.high());
  }

  @Test
  void takesTheHitRateOfGarak() throws Exception {
    String text =
        """
        {"entry_type": "start_run setup", "x": 1}
        {"entry_type": "eval", "probe": "p.A", "detector": "d", "passed": 8, "fails": 2, "nones": 1}
        {"entry_type": "eval", "probe": "p.B", "detector": "d", "passed": 10, "fails": 0}
        """;
    assertEquals("0.2", read(Importer.GARAK, text, "p.A/d").value().toString());
    Imported all = read(Importer.GARAK, text, "*");
    assertEquals("0.1", all.value().toString());
    assertEquals(20, all.samples());
    assertEquals(2, all.remarks().size());
    assertThrows(BadInput.class, () -> read(Importer.GARAK, text, "p.C/d"));
    assertThrows(BadInput.class, () -> read(Importer.GARAK, text + "{\n", "*"));
  }

  @Test
  void refusesAFileThatIsTooLong() throws Exception {
    Path file = dir.resolve("long");
    try (var out =
        Files.newByteChannel(
            file,
            java.nio.file.StandardOpenOption.CREATE_NEW,
            java.nio.file.StandardOpenOption.WRITE)) {
      out.position(Importer.LIMIT);
      out.write(java.nio.ByteBuffer.allocate(1));
    }
    assertThrows(BadInput.class, () -> Importer.JSON.read(file, ""));
  }
}
