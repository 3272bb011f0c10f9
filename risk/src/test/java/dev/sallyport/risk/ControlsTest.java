package dev.sallyport.risk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a statement about a control carries, and until when it holds. */
class ControlsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
  private static final Digest FORM = Digest.of("form");

  private static ControlEvidence evidence(boolean effective, long validDays) {
    return new ControlEvidence(
        "m",
        Digest.of("m"),
        "sealed",
        effective,
        NOW,
        NOW.plus(Duration.ofDays(validDays)),
        "",
        "assessment",
        Optional.of(FORM));
  }

  private static Controls of(String rules, ControlEvidence... said) throws BadInput {
    String policy = Documented.POLICY.replaceFirst("\\{", "{\"controlRules\":{" + rules + "},");
    List<Attested> attested = new ArrayList<>();
    for (ControlEvidence e : said) {
      attested.add(new Attested(Digest.of(e.toString()), List.of(), e));
    }
    return Controls.of(Policy.read(Documented.json(policy)), attested, Set.of(), NOW);
  }

  @Test
  void theDocumentSurvivesTheStatementAndIsNotWrittenIfThereIsNone() throws Exception {
    ControlEvidence e = evidence(true, 1);
    assertEquals(FORM, e.statement().predicate().digest("document"));
    assertEquals(e, ControlEvidence.read(e.statement()));
    ControlEvidence plain =
        new ControlEvidence(
            "m", Digest.of("m"), "sealed", true, NOW, NOW.plusSeconds(1), "", "drill");
    assertFalse(plain.statement().predicate().find("document").isPresent());
    assertEquals(plain, ControlEvidence.read(plain.statement()));
  }

  @Test
  void aDocumentThatIsNoDigestIsRefused() {
    Json.Builder odd = Json.obj();
    evidence(true, 1)
        .statement()
        .predicate()
        .members()
        .forEach((name, value) ->
            odd.put(name, name.equals("document") ? new Json.Str("form.json") : value));
    Json.Obj predicate = odd.build();
    Statement statement =
        Statement.about("m", Digest.of("m"), ControlEvidence.PREDICATE_TYPE, predicate);
    assertThrows(BadInput.class, () -> ControlEvidence.read(statement));
  }

  @Test
  void itIsEffectiveUntilTheEarlierOfWhatItSaysAndWhatTheRuleAllows() throws Exception {
    String rule = "\"sealed\":{\"attest\":[\"assessor\"],\"evidence\":[\"assessment\"],\"days\":9}";
    assertEquals(
        Optional.of(NOW.plus(Duration.ofDays(9))), of(rule, evidence(true, 20)).until("sealed"));
    assertEquals(
        Optional.of(NOW.plus(Duration.ofDays(5))), of(rule, evidence(true, 5)).until("sealed"));
    assertEquals(
        Optional.of(NOW.plus(Duration.ofDays(5))),
        of(rule, evidence(true, 20), evidence(true, 5)).until("sealed"));
  }

  @Test
  void whatIsNotEffectiveLastsForNoTime() throws Exception {
    assertEquals(Optional.empty(), of("", evidence(false, 20)).until("sealed"));
    assertEquals(Optional.empty(), of("", evidence(true, 20), evidence(false, 20)).until("sealed"));
    assertEquals(Optional.empty(), of("").until("sealed"));
  }
}
