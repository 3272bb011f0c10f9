package dev.sallyport.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import dev.sallyport.controls.Catalogue;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.release.Finding.Weight;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Thresholds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The documents of a safety team: what is shipped is good, what is seeded is found where it is. */
class RiskLintTest {
  private static final LocalDate TODAY = LocalDate.of(2026, 11, 24);
  private static final LocalDate REVIEW = TODAY.plusDays(180);

  private static String shipped(RiskLint.Kind kind) throws IOException {
    byte[] bytes =
        switch (kind) {
          case POLICY -> Defaults.policyFile();
          case THRESHOLDS -> Defaults.thresholdsFile();
          case REGISTER -> Defaults.registerFile(REVIEW);
          case CATALOGUE -> Files.readAllBytes(Path.of("../examples/catalogue/house.json"));
        };
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static List<Finding> lint(String... documents) throws BadInput {
    RiskLint lint = new RiskLint(TODAY);
    for (int i = 0; i < documents.length; i++) {
      lint.add("f" + i, documents[i].getBytes(StandardCharsets.UTF_8));
    }
    return lint.findings();
  }

  /** Seeds a mistake; fails if the text to be changed is not there. */
  private static String seeded(RiskLint.Kind kind, String from, String to) throws IOException {
    String text = shipped(kind);
    assertTrue(text.contains(from), from);
    return text.replaceFirst(java.util.regex.Pattern.quote(from), to.replace("\\", "\\\\"));
  }

  private static JsonSchema schema(RiskLint.Kind kind) {
    return JsonSchemaFactory.getInstance(VersionFlag.V202012)
        .getSchema(new String(Defaults.schemaFile(kind), StandardCharsets.UTF_8));
  }

  private static boolean conforms(RiskLint.Kind kind, String document) {
    return schema(kind).validate(document, InputFormat.JSON).isEmpty();
  }

  @Test
  void whatIsShippedHasNoFindingAtAll() throws Exception {
    assertEquals(
        List.of(),
        lint(
            shipped(RiskLint.Kind.POLICY),
            shipped(RiskLint.Kind.THRESHOLDS),
            shipped(RiskLint.Kind.REGISTER),
            shipped(RiskLint.Kind.CATALOGUE)));
  }

  @ParameterizedTest
  @EnumSource
  void whatIsShippedConformsToItsSchema(RiskLint.Kind kind) throws Exception {
    assertEquals(java.util.Set.of(), schema(kind).validate(shipped(kind), InputFormat.JSON));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "THRESHOLDS | \"version\": 1 | \"version\": 0 | count | 0, | schema",
        "THRESHOLDS | \"red\": \"0.6\" | \"red\": \"0.3\" | lines-equal | \"0.3\" | lint",
        "THRESHOLDS | \"yellow\": \"0.3\" | \"yellow\": \"0.9\" | lines-reversed | \"0.9\" | lint",
        "THRESHOLDS | \"yellow\": \"0.3\" | \"yellow\": 0.3 | score | 0.3 | schema",
        "THRESHOLDS | \"yellow\": \"0.3\" | \"yellow\": \"3e-1\" | score | \"3e-1\" | schema",
        "THRESHOLDS | \"domain\": \"misuse\" | \"domain\": \"Misuse\" | word | \"Misuse\" | schema",
        "THRESHOLDS | \"minimumSamples\" | \"minSamples\" | unknown-member | \"minSamples\" | schema",
        "THRESHOLDS | \"minimumSamples\": 50, | | missing | { | schema",
        "THRESHOLDS | \"source\": \"metric | \"from\": \"metric | source-missing | { | schema",
        "THRESHOLDS | \"area\": \"cyber-offense\" | \"area\": \"Cyber\" | id | \"Cyber\" | schema",
        "THRESHOLDS | \"areas\": [ | \"areas\": 3, \"x\": [ | type | 3 | schema",
        "POLICY | \"quorum\": 3 | \"quorum\": 0 | count | 0, | schema",
        "POLICY | \"quorum\": 3 | \"quorum\": 1 | not-monotone | 1, | lint",
        "POLICY | \"RED\": {\"audience\": \"NONE\" | \"RED\": {\"audience\": \"INTERNAL\" | red-permits | \"INTERNAL\" | schema",
        "POLICY | \"leaseSeconds\": 60 | \"leaseSeconds\": 301 | count | 301 | schema",
        "POLICY | \"external-red-team\" | \"log-witnessed\" | duplicate | \"log-witnessed\" | schema",
        "POLICY | \"modelBytesPerDay\" | \"bytes\" | unknown-member | \"bytes\" | schema",
        "REGISTER | \"owner\": \"cyber safety lead\" | \"owner\": \"TBD\" | owner-missing | \"TBD\" | lint",
        "REGISTER | \"owner\": \"cyber safety lead\", | | owner-missing | { | schema",
        "REGISTER | \"severity\": \"serious\" | \"severity\": \"bad\" | word | \"bad\" | schema",
        "REGISTER | \"controls\": [\"abuse-monitoring\", \"user-vetting\"] | \"controls\": [] | scenario-without-control | { | schema",
        "REGISTER | \"controls\": [\"abuse-monitoring\", \"user-vetting\"] | \"controls\": [\"prayer\"] | scenario-control | \"prayer\" | lint",
        "REGISTER | \"id\": \"weapon-knowledge-uplift\" | \"id\": \"cyber-attack-uplift\" | duplicate | \"cyber-attack-uplift\" | lint",
        "REGISTER | \"domain\": \"misuse\" | \"domain\": \"evil\" | word | \"evil\" | schema",
        "REGISTER | \"capability\": | \"ability\": | unknown-member | \"ability\" | schema",
        "REGISTER | \"incidents\": [] | \"incidents\": [{\"id\": \"i\"}] | missing | {\"id\": \"i\"} | schema",
        "CATALOGUE | \"version\": 1 | \"version\": 2 | count | 2, | schema",
        "CATALOGUE | \"level\": 0 | \"level\": 6 | count | 6, | schema",
        "CATALOGUE | \"house-rules\" | \"house rules\" | id | \"house rules\" | schema",
        "CATALOGUE | \"house-rules\" | \"mlps\" | standard-taken | \"mlps\" | lint",
        "CATALOGUE | \"house-leavers\" | \"encryption\" | id-taken | \"encryption\" | lint",
        "CATALOGUE | \"house-leavers\" | \"house-insurance\" | duplicate | \"house-insurance\" | lint",
        "CATALOGUE | \"level\": 0, | \"level\": 0, \"shows\": \"house-leavers\", | shows-nothing | \"house-leavers\" | lint",
        "CATALOGUE | \"level\": 0, | \"level\": 0, \"shows\": \"prayer\", | shows-nothing | \"prayer\" | lint",
        "CATALOGUE | \"level\": 0, | \"level\": 0, \"shows\": \"isolation-drill\", | shows-nothing | \"isolation-drill\" | lint",
        "CATALOGUE | \"scan\" | \"rumour\" | word | \"rumour\" | schema",
        "CATALOGUE | [\"audit-admin\"] | [\"system-admin\"] | word | \"system-admin\" | schema",
        "CATALOGUE | [\"audit-admin\"] | [] | length | [] | schema",
        "CATALOGUE | \"days\": 92 | \"days\": 367 | count | 367 | schema",
        "CATALOGUE | \"dated\": true | \"dated\": false | undated | 366 | lint",
        "CATALOGUE | \"dated\": true | \"dated\": 1 | type | 1, | schema",
      })
  void aSeededMistakeIsFoundWhereItIs(
      RiskLint.Kind kind, String from, String to, String rule, String place, String by)
      throws Exception {
    String bad = seeded(kind, from, to == null ? "" : to);
    List<Finding> found = lint(bad);
    String all = found.toString();
    assertTrue(found.stream().anyMatch(f -> f.rule().equals(rule)), all);
    Finding finding = found.stream().filter(f -> f.rule().equals(rule)).findFirst().orElseThrow();
    String line = bad.lines().toList().get(finding.line() - 1);
    assertTrue(line.substring(finding.column() - 1).startsWith(place), all);
    assertEquals(!by.equals("schema"), conforms(kind, bad), "schema of " + kind);
  }

  @Test
  void allMistakesAreReportedNotOnlyTheFirst() throws Exception {
    String bad =
        shipped(RiskLint.Kind.THRESHOLDS)
            .replace("\"red\": \"0.6\"", "\"red\": 0.6")
            .replace("\"domain\": \"misuse\"", "\"domain\": \"x\"");
    assertEquals(7, lint(bad).size(), lint(bad).toString());
  }

  @Test
  void aBrokenTextIsPlaced() throws Exception {
    Finding finding = lint("{\n  \"areas\": [\n  nonsense").getFirst();
    assertEquals("json", finding.rule());
    assertEquals(3, finding.line());
    assertEquals(3, finding.column());
    Finding twice = lint("{\"areas\": [],\n \"areas\": []}").getFirst();
    assertEquals(2, twice.line());
    assertEquals("kind", lint("{}").getFirst().rule());
  }

  @Test
  void aReviewThatIsPastIsNamed() throws Exception {
    RiskLint lint = new RiskLint(REVIEW.plusDays(1));
    lint.add("r", Defaults.registerFile(REVIEW));
    assertEquals(11, lint.findings().size(), lint.findings().toString());
    assertTrue(lint.findings().stream().allMatch(f -> f.rule().equals("review-past")));
    assertEquals(
        List.of(), new RiskLint(REVIEW).add("r", Defaults.registerFile(REVIEW)).findings());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "REGISTER | \"area\": \"cyber-offense\" | \"area\": \"cyber\" | area-without-thresholds",
        "REGISTER | \"metrics\": [\"pacebench-total\"] | \"metrics\": [\"other\"] | metric-unknown",
        "THRESHOLDS | \"metric\": \"pacebench-total\" | \"metric\": \"more\" | metric-without-risk",
        "THRESHOLDS | \"area\": \"collusion\" | \"area\": \"teams\" | metric-without-risk",
      })
  void referencesBetweenDocumentsAreFollowed(
      RiskLint.Kind kind, String from, String to, String rule) throws Exception {
    String bad = seeded(kind, from, to);
    List<String> all = new ArrayList<>();
    for (RiskLint.Kind other : RiskLint.Kind.values()) {
      all.add(other == kind ? bad : shipped(other));
    }
    List<Finding> found = lint(all.toArray(String[]::new));
    assertTrue(found.stream().anyMatch(f -> f.rule().equals(rule)), found.toString());
    // Alone, the document is as good as before: only together do they contradict.
    assertEquals(List.of(), lint(bad));
  }

  /** What the gate takes and no catalogue stands behind is found before anyone signs it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "POLICY | \"external-red-team\" | \"external-red-taem\" | control-unknown | \"external-red-taem\"",
        "POLICY | \"neverWaived\": [\"log-witnessed\" | \"neverWaived\": [\"log-winessed\" | control-unknown | \"log-winessed\"",
        "POLICY | \"promotion\": [\"abuse-monitoring\" | \"promotion\": [\"abuse\" | control-unknown | \"abuse\"",
        "POLICY | \"abuse-monitoring\": { | \"abuse\": { | control-unknown | {",
        "POLICY | \"abuse-monitoring\": { | \"user-vetting\": { | control-unruled | \"abuse-monitoring\"",
        "POLICY | \"evidence\": [\"drill\"], | \"evidence\": [\"drill\", \"statement\"], | rule-laxer | \"statement\"",
        "POLICY | \"evidence\": [\"drill\"], | \"evidence\": [\"rumour\"], | rule-laxer | \"rumour\"",
        "POLICY | \"evidence\": [\"drill\"], | \"evidence\": [], | rule-laxer | [],",
        "POLICY | \"days\": 31 | \"days\": 32 | rule-laxer | 32",
        "REGISTER | \"mitigations\": [ | \"mitigations\": [\"prayer\", | control-unknown | \"prayer\"",
      })
  void whatNoCatalogueStandsBehindIsAnError(
      RiskLint.Kind kind, String from, String to, String rule, String place) throws Exception {
    String bad = seeded(kind, from, to);
    List<Finding> found = lint(bad);
    Finding finding =
        found.stream()
            .filter(f -> f.rule().equals(rule))
            .findFirst()
            .orElseThrow(() -> new AssertionError(found.toString()));
    assertEquals(Weight.ERROR, finding.weight());
    String line = bad.lines().toList().get(finding.line() - 1);
    assertTrue(line.substring(finding.column() - 1).startsWith(place), finding.text());
  }

  /** Only an assessor attests what the model itself can do. */
  @Test
  void aRoleThatTheCatalogueDoesNotHaveIsLaxer() throws Exception {
    String text = shipped(RiskLint.Kind.POLICY);
    int at = text.indexOf("[\"assessor\"]", text.indexOf("\"alignment-training\": {"));
    String bad = text.substring(0, at) + "[\"audit-admin\"]" + text.substring(at + 12);
    Finding only = lint(bad).getFirst();
    assertEquals(1, lint(bad).size());
    assertEquals(
        "rule-laxer: alignment-training is attested by audit-admin; the catalogue has assessor",
        only.text().replaceFirst("^f0:\\d+:\\d+: ", ""));
  }

  @Test
  void aPolicyMayDemandWhatAnOwnCatalogueKnows() throws Exception {
    String policy =
        seeded(
            RiskLint.Kind.POLICY,
            "\"controlRules\": {",
            "\"controlRules\": {\"house-leavers\": {\"attest\": [\"assessor\"], \"evidence\": [\"scan\"],"
                + " \"days\": 7},");
    assertEquals("control-unknown", lint(policy).getFirst().rule());
    assertEquals(List.of(), lint(policy, shipped(RiskLint.Kind.CATALOGUE)));
  }

  @Test
  void theSameIdInTwoOwnCataloguesIsRefusedInTheSecond() throws Exception {
    String own = shipped(RiskLint.Kind.CATALOGUE);
    List<Finding> found = lint(own, own.replace("house-rules", "other-rules"));
    assertEquals(3, found.size(), found.toString());
    for (Finding finding : found) {
      assertEquals("f1", finding.file());
      assertEquals("id-taken", finding.rule());
    }
  }

  @Test
  void aControlOfTheRegisterWithoutACatalogueIsAWarning() throws Exception {
    String bad = seeded(RiskLint.Kind.REGISTER, "\"id\": \"user-vetting\"", "\"id\": \"vetting\"");
    Finding only = lint(bad).getFirst();
    assertEquals("control-without-evidence", only.rule());
    assertEquals(Weight.WARNING, only.weight());
  }

  @Test
  void aTierThatWidensIsPlacedAtTheTier() throws Exception {
    String bad =
        shipped(RiskLint.Kind.POLICY)
            .replace("\"tokensPerDay\": 200000,", "\"tokensPerDay\": 900000000,");
    Finding only = lint(bad).getFirst();
    assertEquals("refused", only.rule());
    assertTrue(only.seen().contains("tier PUBLIC"), only.seen());
    String line = bad.lines().toList().get(only.line() - 1);
    assertTrue(line.strip().startsWith("\"PUBLIC\": {"), line);
  }

  @Test
  void aQuorumOfOneBeyondTheHouseIsAWarningOnly() throws Exception {
    String bad =
        seeded(
            RiskLint.Kind.POLICY,
            "\"TRUSTED_PARTNER\": {\"quorum\": 2",
            "\"TRUSTED_PARTNER\": {\"quorum\": 1");
    Finding only = lint(bad).getFirst();
    assertEquals(1, lint(bad).size());
    assertEquals("quorum-of-one", only.rule());
    assertEquals(Weight.WARNING, only.weight());
  }

  /** Whatever is changed: an error here is a refusal there, and the other way round. */
  @ParameterizedTest
  @EnumSource(names = {"POLICY", "THRESHOLDS", "CATALOGUE"})
  void errorsAreFoundExactlyWhereTheReaderRefuses(RiskLint.Kind kind) throws Exception {
    long seed = 12;
    Random random = new Random(seed);
    String text = shipped(kind);
    String[] scraps = {"\"", ",", "{", "[]", "0", "-1", "null", "\"LIMITED\"", "GREEN", "x", "1e9"};
    int refused = 0;
    for (int round = 0; round < 3000; round++) {
      int at = random.nextInt(text.length());
      int to = Math.min(text.length(), at + random.nextInt(6));
      String scrap = random.nextBoolean() ? scraps[random.nextInt(scraps.length)] : "";
      String changed = text.substring(0, at) + scrap + text.substring(to);
      boolean error = lint(changed).stream().anyMatch(RiskLintTest::isOfTheDocumentAlone);
      assertEquals(!taken(kind, changed), error, "seed " + seed + " round " + round);
      refused += error ? 1 : 0;
    }
    assertTrue(refused > 500, refused + " refused");
  }

  private static boolean isOfTheDocumentAlone(Finding finding) {
    return finding.weight() == Weight.ERROR && !CatalogueReferences.RULES.contains(finding.rule());
  }

  private static boolean taken(RiskLint.Kind kind, String document) {
    try {
      Json.Obj json = Json.parseObject(document.getBytes(StandardCharsets.UTF_8));
      return switch (kind) {
        case POLICY -> Policy.read(json).version() > 0;
        case THRESHOLDS -> Thresholds.read(json).version() > 0;
        case CATALOGUE -> Catalogue.read(json).level() >= 0;
        case REGISTER -> throw new IllegalArgumentException("nothing reads a register");
      };
    } catch (BadInput e) {
      return false;
    }
  }

  @Test
  void aFindingReadsAsEditorsUnderstandIt() throws Exception {
    String line = lint("{\"areas\": [], \"x\": 1}").getLast().text();
    assertTrue(line.startsWith("f0:1:15: unknown-member: \"x\" is here; known are"), line);
    assertFalse(line.contains("\n"));
  }
}
