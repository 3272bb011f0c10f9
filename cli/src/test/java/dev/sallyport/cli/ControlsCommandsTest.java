package dev.sallyport.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.controls.Catalogues;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.release.Defaults;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What works without an installation; the rest is in the room it. */
class ControlsCommandsTest {
  private static final Path HOUSE = Path.of("../examples/catalogue/house.json");

  @TempDir Path dir;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(Object... args) {
    out.reset();
    err.reset();
    Session session =
        new Session(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            new ByteArrayInputStream(new byte[0]),
            dir.resolve("home"));
    return new Cli(session)
        .run(List.of(args).stream().map(Object::toString).toArray(String[]::new));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private Json.Obj json() throws Exception {
    return Json.parseObject(out.toByteArray());
  }

  private Path ownCatalogue(String name, String text) throws Exception {
    Files.createDirectories(dir.resolve("home/catalogues"));
    return Files.writeString(dir.resolve("home/catalogues").resolve(name), text);
  }

  /** A form in which everything is so. */
  private Path filled() throws Exception {
    Path form = dir.resolve("form.json");
    assertEquals(0, run("controls", "template", "--out", form), err());
    return Files.writeString(
        form,
        Files.readString(form)
            .replace("\"system\": \"\"", "\"system\": \"house\"")
            .replace("\"assessor\": \"\"", "\"assessor\": \"body\"")
            .replace("\"answer\": \"\"", "\"answer\": \"yes\"")
            .replace("\"date\": \"\"", "\"date\": \"" + LocalDate.now(ZoneOffset.UTC) + "\"")
            .replace("\"reference\": \"\"", "\"reference\": \"certificate 12\""));
  }

  @Test
  void everyControlIsListedWithWhatThePolicyDemands() throws Exception {
    assertEquals(0, run("controls", "list", "--json"));
    assertFalse(json().object("policy").bool("inForce"));
    List<Json.Obj> listed = json().objects("controls");
    long known = Catalogues.shipped().all().stream().mapToLong(c -> c.controls().size()).sum();
    assertEquals(known, listed.size());
    Json.Obj level3 = Json.obj().build();
    for (Json.Obj control : listed) {
      level3 = control.string("id").equals("protection-level-3") ? control : level3;
    }
    Json.Obj required = level3.object("required");
    assertEquals(List.of("INTERNAL", "TRUSTED_PARTNER", "LIMITED"), required.strings("YELLOW"));
    assertEquals(List.of("TRUSTED_PARTNER", "LIMITED"), required.strings("INDETERMINATE"));
    assertFalse(required.find("GREEN").isPresent());
    assertEquals(List.of("assessment"), level3.strings("evidence"));
    assertEquals(List.of("assessor", "audit-admin"), level3.object("rule").strings("attest"));
  }

  @Test
  void aListIsOfOneStandardOrOfWhatIsDemanded() throws Exception {
    assertEquals(0, run("controls", "list", "--demanded"));
    assertTrue(out().startsWith("the shipped policy; what is in force is not known"), out());
    assertTrue(
        out().contains("demanded from TRUSTED_PARTNER at INDETERMINATE; from INTERNAL at YELLOW"));
    assertFalse(out().contains("honeypots"), out());
    assertEquals(0, run("controls", "list", "--standard", "mlps"));
    assertTrue(out().contains("mlps: physical environment (PES1)"), out());
    assertTrue(
        out().lines().anyMatch(l -> l.contains("L3-MMS1-48") && l.contains("not compared")), out());
    assertEquals(64, run("controls", "list", "--standard", "iso"));
    assertTrue(err().contains("there are: frontier-ai-framework sallyport-checks"), err());
  }

  @Test
  void aControlIsShownAndAnUnknownOneRefused() throws Exception {
    assertEquals(0, run("controls", "show", "hardware-security", "--json"));
    assertEquals("hosts-attested", json().object("control").string("watchedBy"));
    assertEquals(0, run("controls", "show", "protection-level-3"));
    assertTrue(out().contains("assessed by mlps-stages, mlps-design, mlps"), out());
    assertEquals(64, run("controls", "show", "hardware-securty"));
    assertTrue(err().contains("\"hardware-securty\" is in no catalogue"), err());
    assertEquals(66, run("controls", "show", "encryption", "--model", "m"), "no installation");
  }

  @Test
  void aTemplateIsWrittenOnceAndOnlyOfWhatIsAssessed() throws Exception {
    Path form = dir.resolve("form.json");
    assertEquals(0, run("controls", "template", "--out", form));
    assertEquals(73, run("controls", "template", "--out", form));
    assertEquals(64, run("controls", "template", "weights-sealed"));
    assertEquals(0, run("controls", "template", "--json"));
    assertEquals(json(), Json.parseObject(Files.readAllBytes(form)));
  }

  @Test
  void aFilledFormIsCountedByFamily() throws Exception {
    Path form = filled();
    assertEquals(0, run("controls", "assess", form, "--dry-run", "--json"), err());
    assertTrue(json().bool("passes"));
    assertEquals(Digest.of(Files.readAllBytes(form)), json().digest("document"));
    assertFalse(json().find("evidence").isPresent());
    assertEquals(0, run("controls", "assess", form, "--dry-run"));
    assertTrue(out().contains("mlps, physical environment (PES1)"), out());
    assertTrue(out().contains("ids were never compared with the standard"), out());
    assertTrue(out().endsWith("Nothing was signed.\n"), out());
  }

  @Test
  void aFormThatSaysNoIsStatusOneAndOneThatSaysNothingIs65() throws Exception {
    Path form = filled();
    String text = Files.readString(form);
    Files.writeString(
        form,
        text.replaceFirst("\"answer\": \"yes\", \"reason\"", "\"answer\": \"no\", \"reason\""));
    assertEquals(1, run("controls", "assess", form, "--dry-run"));
    assertTrue(out().contains("GAPS        mlps-design, design: computing environment"), out());
    assertTrue(out().contains("fails       design-l3-ce-authentication"), out());
    assertEquals(1, run("controls", "assess", form), "nothing to sign, nobody is asked");
    assertTrue(out().contains("--record-failure"), out());
    Files.writeString(form, text.replaceFirst("\"answer\": \"yes\"", "\"answer\": \"\""));
    assertEquals(65, run("controls", "assess", form, "--dry-run"));
    assertTrue(out().startsWith(form + ":13:16: unanswered: no answer"), out());
    assertEquals(65, run("controls", "assess", form, "--dry-run", "--json"));
    assertEquals("unanswered", json().objects("findings").getFirst().string("rule"));
  }

  @Test
  void aHostileFormIsRefusedInOneLine() throws Exception {
    Path large = Files.write(dir.resolve("large.json"), new byte[10_000_000]);
    assertEquals(65, run("controls", "assess", large, "--dry-run"));
    assertEquals("sallyport: large.json is longer than 2097152 bytes", err().strip());
    Path cut = dir.resolve("cut.json");
    String text = Files.readString(filled());
    Files.writeString(cut, text.substring(0, text.length() / 2));
    assertEquals(65, run("controls", "assess", cut, "--dry-run"));
    assertEquals(1, out().lines().count(), out());
    assertEquals(66, run("controls", "assess", dir.resolve("none.json"), "--dry-run"));
  }

  @Test
  void anOwnCatalogueIsReadFromTheHome() throws Exception {
    assertEquals(0, run("controls", "lint", HOUSE));
    assertEquals(64, run("controls", "show", "house-leavers"));
    Path own = ownCatalogue("house.json", Files.readString(HOUSE));
    assertEquals(0, run("controls", "show", "house-leavers"));
    assertTrue(out().contains("house-rules, house rules 4.3"), out());
    // Checked by name, it is not there twice.
    assertEquals(0, run("controls", "lint", own), out());
    assertEquals(1, run("controls", "lint", HOUSE), "the same ids again");
    assertTrue(out().contains("id-taken: house-leavers is a control of house-rules"), out());
  }

  @Test
  void anOwnCatalogueThatIsWrongStopsEveryCommandThatReadsIt() throws Exception {
    Path own =
        ownCatalogue(
            "house.json",
            Files.readString(HOUSE).replace("\"house-leavers\"", "\"weights-sealed\""));
    assertEquals(65, run("controls", "list"));
    String place = own + ":17:13: id-taken: weights-sealed is a control of frontier-ai-framework";
    assertTrue(err().contains(place), err());
    assertEquals(65, run("controls", "template"));
    assertEquals(1, run("controls", "lint"));
    assertTrue(out().startsWith(place), out());
  }

  @Test
  void aPolicyMayNameWhatAnOwnCatalogueKnows() throws Exception {
    Path policy = dir.resolve("policy.json");
    String shipped = new String(Defaults.policyFile(), StandardCharsets.UTF_8);
    String rule =
        "\"house-leavers\": {\"attest\": [\"assessor\"], \"evidence\": [\"scan\"], \"days\": 7},";
    Files.writeString(policy, shipped.replace("\"controlRules\": {", "\"controlRules\": {" + rule));
    assertEquals(1, run("risk", "lint", policy));
    assertTrue(out().contains("control-unknown: house-leavers is in no catalogue"), out());
    ownCatalogue("house.json", Files.readString(HOUSE));
    assertEquals(0, run("risk", "lint", policy), out());
  }

  @Test
  void theSchemaOfACatalogueIsPrinted() throws Exception {
    assertEquals(0, run("controls", "schema"));
    assertEquals("https://sallyport.dev/schema/catalogue.schema.json", json().string("$id"));
  }
}
