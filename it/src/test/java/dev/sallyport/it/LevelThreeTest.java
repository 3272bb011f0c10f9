package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.it.Installation.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A model beyond the yellow line: no release without classified protection at Level 3, which takes
 * a filled form and not a word (ADR 50).
 */
class LevelThreeTest {
  private static final String LEVEL_3 = "protection-level-3";

  @Test
  void beyondTheYellowLineAFilledFormOpensTheGateAndNothingLess() throws Exception {
    try (Installation house = Installation.initialised()) {
      house.up();
      house.seal();
      house.evidence();
      scoreYellow(house);

      // T330: the id is known, the kind is not what the catalogue takes; a typo is nobody's
      // control.
      Ran word = house.control(LEVEL_3, "statement");
      assertNotEquals(0, word.exit());
      assertTrue(word.err().contains("one of these does: assessment"), word.err());
      Ran typo = house.control("protection-levle-3", "assessment");
      assertEquals(64, typo.exit(), typo.err());

      Ran denied = request(house);
      assertEquals(1, denied.exit(), denied.err());
      assertTrue(denied.err().contains("control " + LEVEL_3 + ": is not effective"), denied.err());

      Path form = template(house);
      assertEquals(65, assess(house, form).exit(), "an empty form is no assessment");
      String filled = filled(Files.readString(form));
      assertEquals(1, assess(house, Files.writeString(form, no(filled))).exit());
      assertEquals(65, assess(house, Files.writeString(form, twice(filled))).exit());
      assertEquals(List.of(), evidenceOf(house), "nothing of this was signed");

      assertEquals(
          1, assess(house, Files.writeString(form, no(filled)), "--record-failure").exit());
      assertFalse(state(house).bool("effective"));

      Files.writeString(form, filled);
      Ran stranger = house.run("controls", "assess", form.toString(), "--as", "sec1");
      assertEquals(64, stranger.exit(), stranger.err());
      assertTrue(stranger.err().contains("a security-admin does not attest"), stranger.err());
      Json.Obj signed = assess(house, form).ok();
      assertEquals(Digest.of(Files.readAllBytes(form)), signed.digest("document"));
      Json.Obj state = state(house);
      assertTrue(state.bool("effective"));
      assertEquals(signed.digest("evidence"), state.digest("evidence"));
      assertEquals(signed.digest("document"), state.digest("document"));
      assertEquals(signed.string("validUntil"), state.string("until"));

      Json.Obj asked = request(house).ok();
      assertEquals("YELLOW", asked.string("zone"));
      String id = asked.string("release");
      house.run("release", "approve", id, "--as", "sec1", "--yes").ok();
      assertEquals("ACTIVE", house.run("release", "show", id).ok().string("state"));

      // keyd read the evidence in the log, and judges for itself.
      assertEquals(signed.digest("document"), logged(house, signed.digest("evidence")));
      house.run("run", Installation.MODEL, "--as", "sysadmin").ok();
      house.stopUp();
      assertEquals(0, house.run("log", "verify").exit());
    }
  }

  private static void scoreYellow(Installation house) throws Exception {
    house
        .run(
            "evidence",
            "add",
            "--model",
            Installation.MODEL,
            "--area",
            "cyber-offense",
            "--value",
            "4/10",
            "--samples",
            "400",
            "--as",
            "assessor1")
        .ok();
  }

  private static Ran request(Installation house) throws Exception {
    return house.run(
        "release", "request", Installation.MODEL, "--audience", "internal", "--as", "sysadmin");
  }

  private static Path template(Installation house) throws Exception {
    Path form = house.dir().resolve("level3.json");
    house.run("controls", "template", "--out", form.toString()).ok();
    return form;
  }

  private static Ran assess(Installation house, Path form, String... more) throws Exception {
    String[] all = new String[5 + more.length];
    System.arraycopy(
        new String[] {"controls", "assess", form.toString(), "--as", "assessor1"}, 0, all, 0, 5);
    System.arraycopy(more, 0, all, 5, more.length);
    return house.run(all);
  }

  private static String filled(String form) {
    return form.replace("\"system\": \"\"", "\"system\": \"weights house\"")
        .replace("\"assessor\": \"\"", "\"assessor\": \"assessment body 7\"")
        .replace("\"answer\": \"\"", "\"answer\": \"yes\"")
        .replace("\"date\": \"\"", "\"date\": \"" + LocalDate.now(ZoneOffset.UTC) + "\"")
        .replace("\"reference\": \"\"", "\"reference\": \"certificate 12\"");
  }

  private static String no(String form) {
    return form.replaceFirst("\"answer\": \"yes\", \"reason\"", "\"answer\": \"no\", \"reason\"");
  }

  private static String twice(String form) {
    return form.replace("L3-PES1-02", "L3-PES1-01");
  }

  private static List<String> evidenceOf(Installation house) throws Exception {
    return house.run("evidence", "list").ok().objects("evidence").stream()
        .map(e -> Json.toString(e))
        .filter(e -> e.contains(LEVEL_3))
        .toList();
  }

  /** The document that the statement of this id names in the log. */
  private static Digest logged(Installation house, Digest id) throws Exception {
    Ran shown =
        house.run("log", "show", "--from", "0", "--count", "1000", "--type", "evidence.added");
    for (String line : shown.out().lines().toList()) {
      Json.Obj data = Json.parse(line).asObject("line").object("entry").object("data");
      byte[] payload = data.object("envelope").base64("payload");
      if (Digest.of(payload).equals(id)) {
        return Json.parseObject(payload).object("predicate").digest("document");
      }
    }
    throw new AssertionError("not in the log: " + id);
  }

  private static Json.Obj state(Installation house) throws Exception {
    Json.Obj shown = house.run("controls", "show", LEVEL_3, "--model", Installation.MODEL).ok();
    assertTrue(shown.object("policy").bool("inForce"));
    return shown.object("control").object("state");
  }
}
