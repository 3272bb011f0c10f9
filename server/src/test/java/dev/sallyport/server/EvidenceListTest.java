package dev.sallyport.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Statement;
import dev.sallyport.risk.Attested;
import dev.sallyport.risk.ControlEvidence;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Withdrawal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evidence as a report needs it: all that was signed, and what became of it. */
class EvidenceListTest {
  @TempDir Path dir;
  private Town town;

  @BeforeEach
  void open() throws Exception {
    town = new Town(dir);
    town.seal(1);
    town.assess();
  }

  @AfterEach
  void close() throws Exception {
    town.close();
  }

  private List<Json.Obj> listed() throws Exception {
    return town.ask("evidence.list", Json.obj().put("model", "m")).objects("evidence");
  }

  private List<Json.Obj> signed() throws Exception {
    return town.ask("evidence.signed", Json.obj().put("about", Town.MANIFEST)).objects("evidence");
  }

  private Json.Obj find(Digest id) throws Exception {
    for (Json.Obj item : listed()) {
      if (item.digest("id").equals(id)) {
        return item;
      }
    }
    throw new AssertionError(id + " is not listed");
  }

  private Json.Obj asSigned(Digest id) throws Exception {
    for (Json.Obj item : signed()) {
      if (Envelope.parse(item.object("envelope")).id().equals(id)) {
        return item;
      }
    }
    throw new AssertionError(id + " is not listed");
  }

  @Test
  void whatIsListedInFullIsTheStatementAsSigned() throws Exception {
    Json.Obj item = signed().getFirst();
    Attested said = Attested.parse(town.root.verify(Envelope.parse(item.object("envelope"))));
    assertTrue(said.evidence() instanceof Evaluation e && e.samples() == 1000);
    assertEquals("lab", said.assessors().getFirst().name());
    assertFalse(item.bool("struck"));
    assertFalse(
        listed().getFirst().find("envelope").isPresent(), "a list of thousands stays short");
    Json.Builder nobody = Json.obj().put("about", Digest.of("another"));
    assertEquals(List.of(), town.ask("evidence.signed", nobody).objects("evidence"));
  }

  @Test
  void everyVersionOfADocumentIsTold() throws Exception {
    List<Json.Obj> documents = town.ask("documents").objects("documents");
    assertEquals(2, documents.size());
    Policy policy =
        Policy.parse(town.root.verify(Envelope.parse(documents.getFirst().object("envelope"))));
    assertEquals(1, policy.version());
  }

  @Test
  void withdrawnByOneAndStruckByTwoSecurityAdministratorsAreTold() throws Exception {
    Digest first = listed().get(0).digest("id");
    Digest second = listed().get(1).digest("id");
    withdraw(first, "lab");
    withdraw(second, "sec1", "sec2");
    assertTrue(find(first).bool("withdrawn"));
    assertTrue(asSigned(first).bool("withdrawn"));
    assertFalse(asSigned(first).bool("struck"));
    assertTrue(find(second).bool("withdrawn"));
    assertTrue(asSigned(second).bool("struck"));
    assertEquals("lab", find(second).string("by"));
  }

  @Test
  void anOlderStatementAboutAControlIsSupersededAndStaysInTheList() throws Exception {
    Json.Obj old =
        listed().stream().filter(e -> what(e).equals("weights-sealed")).findFirst().orElseThrow();
    assertFalse(old.bool("superseded"));
    Instant later = old.instant("observed").plusSeconds(1);
    Statement again =
        new ControlEvidence(
                "m", Town.MANIFEST, "weights-sealed", false, later, later.plusSeconds(9), "")
            .statement();
    town.submit(Envelope.sign(again, town.keys.get("lab")));
    assertTrue(find(old.digest("id")).bool("superseded"));
    assertEquals(
        1,
        listed().stream()
            .filter(e -> what(e).equals("weights-sealed"))
            .filter(EvidenceListTest::current)
            .count());
  }

  private static String what(Json.Obj item) {
    try {
      return item.string("what");
    } catch (BadInput e) {
      throw new AssertionError(e);
    }
  }

  private static boolean current(Json.Obj item) {
    try {
      return !item.bool("superseded");
    } catch (BadInput e) {
      throw new AssertionError(e);
    }
  }

  private void withdraw(Digest id, String... signers) throws Exception {
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    Statement statement = Withdrawal.statement(Withdrawal.Kind.EVIDENCE, id, now, "test");
    dev.sallyport.keys.SigningKey[] keys = new dev.sallyport.keys.SigningKey[signers.length];
    for (int i = 0; i < signers.length; i++) {
      keys[i] = town.keys.get(signers[i]);
    }
    town.submit(Envelope.sign(statement, keys));
  }
}
