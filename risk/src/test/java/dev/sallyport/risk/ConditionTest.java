package dev.sallyport.risk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Statement;
import dev.sallyport.risk.Evaluation.Condition;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** With or without guards: it is carried, and decides nothing. */
class ConditionTest {
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");

  private static Evaluation evaluation(String value) throws BadInput {
    Score score = Score.parse(value);
    return new Evaluation(
        "m",
        Digest.of("m"),
        "cyber",
        "rate",
        score,
        score,
        score,
        100,
        NOW,
        NOW.plusSeconds(60),
        new Evaluation.Source("json", "f", Digest.of("f")),
        "");
  }

  @Test
  void nothingSaidIsWithoutGuardsAndIsNotWritten() throws Exception {
    Evaluation e = evaluation("0.1");
    assertEquals(Condition.UNMITIGATED, e.condition());
    assertFalse(e.statement().predicate().find("condition").isPresent());
    assertEquals(e, Evaluation.read(e.statement()));
  }

  @Test
  void withGuardsSurvivesTheStatement() throws Exception {
    Evaluation e = evaluation("0.1").under(Condition.MITIGATED);
    assertEquals("mitigated", e.statement().predicate().string("condition"));
    assertEquals(e, Evaluation.read(e.statement()));
  }

  @Test
  void anotherWordIsRefused() throws Exception {
    Json.Builder odd = Json.obj();
    evaluation("0.1").statement().predicate().members().forEach(odd::put);
    Json.Obj predicate = odd.put("condition", "Mitigated").build();
    Statement statement =
        Statement.about("m", Digest.of("m"), Evaluation.PREDICATE_TYPE, predicate);
    assertThrows(BadInput.class, () -> Evaluation.read(statement));
  }

  @Test
  void aGoodResultWithGuardsLowersNoZone() throws Exception {
    Thresholds thresholds =
        Thresholds.read(
            Json.parseObject(
                """
                {"version": 1, "areas": [{"area": "cyber", "domain": "misuse", "metric": "rate",
                  "direction": "higher-is-worse", "yellow": "0.3", "red": "0.6",
                  "minimumSamples": 50, "source": "s"}]}\
                """
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    Attested bad = new Attested(Digest.of("1"), List.of(), evaluation("0.5"));
    Attested good =
        new Attested(Digest.of("2"), List.of(), evaluation("0.1").under(Condition.MITIGATED));
    assertEquals(Zone.YELLOW, ZoneReport.of(thresholds, List.of(bad, good), Set.of(), NOW).zone());
    assertEquals(Zone.GREEN, ZoneReport.of(thresholds, List.of(good), Set.of(), NOW).zone());
    for (List<Attested> order : List.of(List.of(bad, good), List.of(good, bad))) {
      ZoneReport.AreaZone line = ZoneReport.of(thresholds, order, Set.of(), NOW).lines().getFirst();
      assertEquals(bad.id(), line.evidence().orElseThrow(), "the worst decides");
      assertEquals(Score.parse("0.5"), line.observed().orElseThrow());
    }
  }
}
