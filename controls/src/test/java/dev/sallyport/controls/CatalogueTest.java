package dev.sallyport.controls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogueTest {
  private static final String GOOD =
      """
      {"version": 1, "standard": "s", "level": 3, "controls": [
        {"id": "a-1", "title": "t", "demands": "d", "place": "p",
         "evidence": ["drill"], "attest": ["assessor"], "days": 30}]}
      """;

  @Test
  void saysWhatSatisfiesAControlAndWhoMayAttestIt() throws BadInput {
    Control control = read(GOOD).control("a-1").orElseThrow();
    assertTrue(control.satisfiedBy(EvidenceKind.DRILL, "assessor"));
    assertFalse(control.satisfiedBy(EvidenceKind.STATEMENT, "assessor"));
    assertFalse(control.satisfiedBy(EvidenceKind.DRILL, "audit-admin"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"version\": 1|\"version\": 2|catalogue version 2; this reads 1",
        "\"level\": 3|\"level\": 6|level is 6; 0 (none) to 5 are allowed",
        "\"a-1\"|\"a 1\"|control 0: id \"a 1\" is not of letters, digits, - and .",
        "\"title\": \"t\"|\"title\": \" \"|control 0: title has 1 characters; 1 to 500 are allowed",
        "\"drill\"|\"rumour\"|control 0: \"rumour\" is no kind of evidence",
        "\"drill\"|\"drill\", \"drill\"|control 0: evidence names \"drill\" twice",
        "[\"drill\"]|[]|control 0: evidence is empty; a control names what satisfies it",
        "\"assessor\"|\"system-admin\"|control 0: \"system-admin\" is no role that attests",
        "[\"assessor\"]|[]|control 0: attest is empty or names a role twice",
        "\"days\": 30|\"days\": 0|control 0: days is 0; 1 to 366 are allowed",
        "\"days\": 30|\"days\": 400|control 0: days is 400; 1 to 366 are allowed",
        "\"s\"|\"s s\"|id \"s s\" is not of letters, digits, - and .",
        "\"level\": 3|\"level\": 3, \"shows\": \"\"|id \"\" is not of letters, digits, - and .",
        "\"days\": 30|\"days\": 30, \"dated\": true, \"everyDays\": 0|control 0: everyDays is 0; 1 to 366 are allowed",
        "\"days\": 30|\"days\": 30, \"everyDays\": 9|control 0: everyDays without \"dated\": true; what has no date has no age"
      })
  void refusesWhatIsNotACatalogue(String was, String becomes, String message) {
    String bad = GOOD.replace(was, becomes);
    assertEquals(message, assertThrows(BadInput.class, () -> read(bad)).getMessage());
  }

  @Test
  void refusesAnIdThatIsThereTwice() {
    int from = GOOD.indexOf("{\"id\"");
    String item = GOOD.substring(from, GOOD.lastIndexOf("]}"));
    String bad = GOOD.substring(0, from) + item + "," + GOOD.substring(from);
    assertEquals(
        "control 1: id \"a-1\" is there twice",
        assertThrows(BadInput.class, () -> read(bad)).getMessage());
  }

  @Test
  void refusesAnEmptyOrLargeCatalogue() {
    assertThrows(
        BadInput.class,
        () -> read("{\"version\":1,\"standard\":\"s\",\"level\":0,\"controls\":[]}"));
    assertThrows(BadInput.class, () -> Catalogue.read(new byte[Catalogue.LIMIT + 1]));
  }

  @Test
  void aFamilyIsThePlaceUnlessItIsSaid() throws BadInput {
    assertEquals("p", read(GOOD).control("a-1").orElseThrow().family());
    String said = GOOD.replace("\"place\": \"p\"", "\"place\": \"p\", \"family\": \"f\"");
    assertEquals("f", read(said).control("a-1").orElseThrow().family());
  }

  @Test
  void theDigestIsOfTheContentNotOfItsBlanks() throws BadInput {
    assertEquals(read(GOOD).digest(), read(GOOD.replace(" ", "  ")).digest());
    assertNotEquals(read(GOOD).digest(), read(GOOD.replace("\"d\"", "\"e\"")).digest());
  }

  @Test
  void shippedProtectionLevel3TakesAnAssessmentForEverything() {
    Catalogue mlps = Catalogue.protectionLevel3();
    assertEquals("mlps", mlps.standard());
    assertEquals(3, mlps.level());
    assertTrue(mlps.control("L3-CES1-17").isPresent());
    assertTrue(mlps.control("L3-CES1-16").isEmpty(), "the standard has no such id");
    mlps.controls()
        .forEach(c -> assertTrue(c.satisfiedBy(EvidenceKind.ASSESSMENT, "assessor"), c.id()));
  }

  @Test
  void shippedStagesAreTheFiveOfClassifiedProtectionInOrder() {
    List<Control> stages = Catalogue.protectionStages().controls();
    assertEquals(5, stages.size());
    for (int i = 0; i < stages.size(); i++) {
      String place = stages.get(i).place();
      assertTrue(place.startsWith("stage " + (i + 1) + ":"), place);
      assertTrue(stages.get(i).dated(), place);
    }
    assertEquals(366, stages.get(3).everyDays(), "an evaluation a year");
  }

  /** The policy may let fewer roles attest; in all else it says what the catalogue says. */
  @Test
  void theShippedPolicyHasARuleAfterTheCatalogueForEveryControlItNames() throws Exception {
    Json.Obj policy = policy();
    Json.Obj rules = policy.object("controlRules");
    Set<String> ids = named(policy);
    assertFalse(ids.isEmpty());
    assertEquals(ids, rules.members().keySet());
    for (String id : ids) {
      Control control = Catalogue.framework().control(id).orElseThrow();
      Json.Obj rule = rules.object(id);
      assertTrue(control.attest().containsAll(rule.strings("attest")), id);
      Set<String> kinds =
          control.evidence().stream().map(EvidenceKind::word).collect(Collectors.toSet());
      assertEquals(kinds, Set.copyOf(rule.strings("evidence")), id);
      assertEquals(control.days(), rule.integer("days"), id);
    }
  }

  /** Every control that the policy names outside its rules. */
  private static Set<String> named(Json.Obj policy) throws BadInput {
    Set<String> ids = new HashSet<>(policy.strings("promotion"));
    ids.addAll(policy.strings("neverWaived"));
    for (Json audience : policy.object("audiences").members().values()) {
      ids.addAll(audience.asObject("audience").strings("controls"));
    }
    for (Json zone : policy.object("zones").members().values()) {
      Json.Obj controls = zone.asObject("zone").object("controls");
      for (String audience : controls.members().keySet()) {
        ids.addAll(controls.strings(audience));
      }
    }
    return ids;
  }

  private static Json.Obj policy() throws Exception {
    Path file = Path.of("../release/src/main/resources/dev/sallyport/release/policy.json");
    return Json.parseObject(Files.readAllBytes(file));
  }

  private static Catalogue read(String text) throws BadInput {
    return Catalogue.read(text.getBytes(StandardCharsets.UTF_8));
  }
}
