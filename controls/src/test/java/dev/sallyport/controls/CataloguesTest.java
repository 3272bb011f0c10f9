package dev.sallyport.controls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CataloguesTest {
  private static final String OWN =
      """
      {"version": 1, "standard": "house", "level": 3, "shows": "protection-level-3", "controls": [
        {"id": "house-1", "title": "t", "demands": "d", "place": "p",
         "evidence": ["assessment"], "attest": ["assessor"], "days": 30}]}
      """;

  private static Catalogue own(String from, String to) throws BadInput {
    return Catalogue.read(OWN.replace(from, to).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void noIdIsInTwoShippedCataloguesAndWhatTheyShowIsAControl() {
    Set<String> ids = new HashSet<>();
    Catalogues shipped = Catalogues.shipped();
    for (Catalogue catalogue : shipped.all()) {
      catalogue.controls().forEach(c -> assertTrue(ids.add(c.id()), c.id()));
      catalogue.shows().ifPresent(id -> assertTrue(shipped.control(id).isPresent(), id));
    }
    assertEquals(3, shipped.showing("protection-level-3").size());
    assertEquals(List.of(), shipped.showing("weights-sealed"));
  }

  @Test
  void anOwnCatalogueAddsToWhatAnAssessmentAnswers() throws BadInput {
    Catalogues all = Catalogues.shipped().with(own("", ""));
    assertEquals("house", all.of("house-1").orElseThrow().standard());
    assertEquals(4, all.showing("protection-level-3").size());
    assertFalse(Catalogues.shipped().control("house-1").isPresent());
  }

  @Test
  void anOwnCatalogueCannotSayAnewWhatIsSaid() throws BadInput {
    Catalogue taken = own("house-1", "protection-level-3");
    assertEquals(
        "id \"protection-level-3\" is a control of frontier-ai-framework already",
        assertThrows(BadInput.class, () -> Catalogues.shipped().with(taken)).getMessage());
    Catalogue same = own("\"house\"", "\"mlps\"");
    assertEquals(
        "standard \"mlps\" is there already",
        assertThrows(BadInput.class, () -> Catalogues.shipped().with(same)).getMessage());
  }
}
