package dev.sallyport.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.controls.Catalogue;
import dev.sallyport.controls.Catalogues;
import dev.sallyport.controls.Control;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.release.AssessmentForm.Family;
import dev.sallyport.release.AssessmentForm.Reading;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A form is believed if it answers everything that the catalogues ask, and nothing else. */
class AssessmentFormTest {
  private static final LocalDate TODAY = LocalDate.of(2026, 11, 24);
  private static final String LEVEL_3 = "protection-level-3";
  private static final Catalogues SHIPPED = Catalogues.shipped();

  private static String template(Catalogues catalogues) {
    return FormTemplate.of(catalogues.control(LEVEL_3).orElseThrow(), catalogues);
  }

  /** Everything is so. */
  private static String filled(Catalogues catalogues) {
    return template(catalogues)
        .replace("\"system\": \"\"", "\"system\": \"weights house\"")
        .replace("\"assessor\": \"\"", "\"assessor\": \"assessment body 7\"")
        .replace("\"answer\": \"\"", "\"answer\": \"yes\"")
        .replace("\"date\": \"\"", "\"date\": \"2026-06-01\"")
        .replace("\"reference\": \"\"", "\"reference\": \"certificate 12\"");
  }

  private static Reading read(String text) throws BadInput {
    return AssessmentForm.read("form", text.getBytes(StandardCharsets.UTF_8), SHIPPED, TODAY);
  }

  private static AssessmentForm form(String text) throws BadInput {
    Reading reading = read(text);
    return assertInstanceOf(Reading.Filled.class, reading, reading.toString()).form();
  }

  private static List<Finding> faults(String text) throws BadInput {
    return assertInstanceOf(Reading.Faulty.class, read(text)).findings();
  }

  /** The text of one answer. */
  private static String entry(String text, String id) {
    int from = text.indexOf("    {\"id\":\"" + id + "\"");
    from = from >= 0 ? from : text.indexOf("    {\"id\": \"" + id + "\"");
    assertTrue(from >= 0, id);
    return text.substring(from, text.indexOf('}', from) + 1);
  }

  /** The form with a change in one answer. */
  private static String changed(String id, String from, String to) {
    String text = filled(SHIPPED);
    String entry = entry(text, id);
    assertTrue(entry.contains(from), entry);
    return text.replace(entry, entry.replace(from, to));
  }

  @Test
  void everyIdOfStagesDesignAndLevelIsAskedOnce() throws Exception {
    AssessmentForm form = form(filled(SHIPPED));
    List<String> asked =
        SHIPPED.showing(LEVEL_3).stream()
            .flatMap(c -> c.controls().stream())
            .map(Control::id)
            .toList();
    assertEquals(asked, form.answers().stream().map(a -> a.control().id()).toList());
    assertTrue(form.passes());
    assertEquals(LEVEL_3, form.assesses().id());
    assertEquals(Digest.of(filled(SHIPPED)), form.digest());
  }

  @Test
  void aFormThatNobodyFilledNamesEveryGapByItsLine() throws Exception {
    List<Finding> found = faults(template(SHIPPED));
    assertTrue(found.stream().anyMatch(f -> f.text().startsWith("form:4:13: length: 0 char")));
    String text = template(SHIPPED);
    long asked = text.lines().filter(l -> l.contains("\"answer\": \"\"")).count();
    List<Finding> open = found.stream().filter(f -> f.rule().equals("unanswered")).toList();
    assertEquals(asked, open.size());
    Finding first = open.getFirst();
    String line = text.lines().toList().get(first.line() - 1);
    assertTrue(line.substring(first.column() - 1).startsWith("\"\""), first.text());
  }

  @Test
  void whatIsNotSoFailsAndIsCountedInItsFamily() throws Exception {
    AssessmentForm form = form(changed("L3-PES1-03", "\"yes\"", "\"no\""));
    assertEquals(
        List.of("L3-PES1-03"), form.failing().stream().map(a -> a.control().id()).toList());
    Family physical =
        form.families().stream()
            .filter(f -> f.name().equals("physical environment (PES1)"))
            .findFirst()
            .orElseThrow();
    assertEquals(1, physical.no());
    assertEquals(physical.all() - 1, physical.yes());
    assertEquals(form.answers().size(), form.families().stream().mapToInt(Family::all).sum());
  }

  @Test
  void whatDoesNotApplyNeedsAReasonAndThenPasses() throws Exception {
    String bare = changed("L3-PES1-03", "\"yes\"", "\"not-applicable\"");
    assertEquals("reason-missing", faults(bare).getFirst().rule());
    String given =
        changed(
            "L3-PES1-03",
            "\"answer\": \"yes\", \"reason\": \"\"",
            "\"answer\": \"not-applicable\", \"reason\": \"one room, always staffed\"");
    assertTrue(form(given).passes());
    assertEquals(1, form(given).saying(AssessmentForm.Says.NOT_APPLICABLE).size());
  }

  @Test
  void idsThatNobodyComparedWithTheStandardAreSaid() throws Exception {
    AssessmentForm form = form(filled(SHIPPED));
    long unverified =
        SHIPPED.showing(LEVEL_3).stream()
            .flatMap(c -> c.controls().stream())
            .filter(c -> !c.idVerified())
            .count();
    assertEquals(unverified, form.unverified().size());
    assertTrue(unverified > 0);
    assertTrue(entry(template(SHIPPED), "L3-MMS1-48").contains("\"idVerified\": false"));
  }

  @Test
  void theYearlyEvaluationEndsAYearAfterItsDate() throws Exception {
    assertEquals(
        Optional.of(Instant.parse("2027-06-02T00:00:00Z")), form(filled(SHIPPED)).lapses());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "L3-PES1-03|\"yes\"|\"Yes\"|word",
        "L3-PES1-03|\"answer\": \"yes\", ||missing",
        "L3-PES1-03|L3-PES1-03|L3-PES1-02|duplicate",
        "L3-PES1-03|L3-PES1-03|L3-PES1-99|id-unknown",
        "L3-PES1-03|L3-PES1-03|weights-sealed|id-unknown",
        "L3-PES1-03|electronic access|no access|question-changed",
        "L3-PES1-03|\"yes\"|\"yes\", \"date\": \"2026-06-01\"|undated",
        "L3-PES1-03|\"note\": \"\"|\"note\": 7|type",
        "L3-PES1-03|\"note\": \"\"|\"notes\": \"\"|unknown-member",
        "L3-MMS1-48|\"idVerified\": false, ||question-changed",
        "protection-filing|\"yes\"|\"not-applicable\"|always-applies",
        "protection-filing|\"2026-06-01\"|\"2026-06-31\"|date",
        "protection-filing|\"2026-06-01\"|\"2026-11-25\"|date-early",
        "protection-filing|\"certificate 12\"|\" \"|length",
        "protection-evaluation|\"2026-06-01\"|\"2025-11-23\"|date-lapsed"
      })
  void anAnswerThatIsNoneIsFoundInItsLine(String id, String from, String to, String rule)
      throws Exception {
    String text = changed(id, from, to == null ? "" : to);
    Finding finding =
        faults(text).stream()
            .filter(f -> f.rule().equals(rule))
            .findFirst()
            .orElseThrow(() -> new AssertionError(rule));
    int entry = filled(SHIPPED).indexOf(entry(filled(SHIPPED), id));
    long line = filled(SHIPPED).substring(0, entry).lines().count() + 1;
    assertTrue(finding.line() == line || finding.line() == line + 1, finding.text());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"version\": 1|\"version\": 2|count",
        "protection-level-3|weights-sealed|assesses-nothing",
        "\"standard\":\"mlps\"|\"standard\":\"iso\"|catalogue-unknown",
        "\"standard\":\"mlps\"|\"standard\":\"mlps-design\"|duplicate",
        "\"standard\":\"mlps\"|\"standard\":\"mlps-design\"|catalogue-missing",
        "\"digest\":\"sha256:|\"digest\":\"sha256:0|catalogue-changed",
        "\"system\": \"weights house\"|\"system\": \" \"|length",
        "\"assessor\": \"assessment body 7\",||missing"
      })
  void aFormOfOtherThingsIsRefused(String from, String to, String rule) throws Exception {
    String text = filled(SHIPPED);
    assertTrue(text.contains(from), from);
    String bad = text.replace(from, to == null ? "" : to);
    assertTrue(faults(bad).stream().anyMatch(f -> f.rule().equals(rule)), faults(bad).toString());
  }

  @Test
  void aTruncatedFormIsPlacedAndALargeOneIsNotRead() throws Exception {
    String text = filled(SHIPPED);
    for (int length : new int[] {0, 1, 100, text.length() / 2, text.length() - 3}) {
      assertEquals("json", faults(text.substring(0, length)).getFirst().rule(), "length " + length);
    }
    byte[] large = new byte[10_000_000];
    assertEquals(
        "form is longer than 2097152 bytes",
        assertThrows(BadInput.class, () -> AssessmentForm.read("form", large, SHIPPED, TODAY))
            .getMessage());
  }

  @Test
  void anIdThatIsLeftOutIsNamed() throws Exception {
    String text = filled(SHIPPED);
    String without = text.replace(entry(text, "L3-PES1-03") + ",\n", "");
    assertNotEquals(text, without);
    Finding only = faults(without).getFirst();
    assertEquals("L3-PES1-03 is missing", only.seen());
  }

  @Test
  void anOwnCatalogueThatShowsTheSameIsAskedToo() throws Exception {
    Catalogue own =
        Catalogue.read(
            """
            {"version": 1, "standard": "cloud", "level": 3, "shows": "protection-level-3",
             "controls": [{"id": "L3-CES2-01", "title": "t", "demands": "d", "place": "p",
               "evidence": ["assessment"], "attest": ["assessor"], "days": 366}]}
            """
                .getBytes(StandardCharsets.UTF_8));
    Catalogues more = SHIPPED.with(own);
    byte[] old = filled(SHIPPED).getBytes(StandardCharsets.UTF_8);
    Reading reading = AssessmentForm.read("form", old, more, TODAY);
    List<Finding> found = assertInstanceOf(Reading.Faulty.class, reading).findings();
    assertEquals(
        List.of("cloud asks, too", "L3-CES2-01 is missing"),
        found.stream().map(Finding::seen).toList());
    byte[] all = filled(more).getBytes(StandardCharsets.UTF_8);
    assertInstanceOf(Reading.Filled.class, AssessmentForm.read("form", all, more, TODAY));
  }
}
