package dev.sallyport.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Nonce;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.UnsealOrder;
import dev.sallyport.keys.UnsealRequest;
import dev.sallyport.risk.Withdrawal;
import dev.sallyport.tlog.InclusionProof;
import dev.sallyport.tlog.LogKey;
import dev.sallyport.tlog.Merkle;
import dev.sallyport.tlog.UnverifiedCheckpoint;
import dev.sallyport.tlog.WitnessKey;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server's part of a plaintext copy: no entry, no proof (spec/key-release.md §10). */
class UnsealsTest {
  @TempDir Path dir;
  private Town town;

  @BeforeEach
  void build() throws Exception {
    town = new Town(dir);
    town.seal(1);
  }

  @AfterEach
  void close() throws Exception {
    town.close();
  }

  private Envelope sign(Statement statement, String... names) {
    SigningKey[] keys = new SigningKey[names.length];
    for (int i = 0; i < names.length; i++) {
      keys[i] = town.keys.get(names[i]);
    }
    return Envelope.sign(statement, keys);
  }

  private Statement statement(long version, Instant at) {
    return new UnsealOrder(
            "m",
            Town.MANIFEST,
            version,
            town.root.id(),
            town.keys.get("sys").verifyingKey().id(),
            "audit of the weights",
            at,
            at.plusSeconds(600),
            Nonce.fresh())
        .statement();
  }

  private Envelope order() {
    return sign(statement(1, Instant.now()), "sys", "sec1", "sec2");
  }

  private Envelope request(Envelope order, Instant at) {
    return sign(new UnsealRequest(order.id(), "00", Nonce.fresh(), at).statement(), "sys");
  }

  private Json.Obj intend(Envelope order, Envelope request) throws Exception {
    return town.ask(
        "unseal.intend", Json.obj().put("order", order.toJson()).put("request", request.toJson()));
  }

  private Json.Obj intend(Envelope order) throws Exception {
    return intend(order, request(order, Instant.now()));
  }

  private String refused(Envelope order) {
    return refused(order, request(order, Instant.now()));
  }

  /** The code; whatever is refused leaves no entry behind. */
  private String refused(Envelope order, Envelope request) {
    Refusal refusal = assertThrows(Refusal.class, () -> intend(order, request));
    try {
      assertEquals(0, intents().size());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return refusal.code();
  }

  private List<Json.Obj> intents() throws Exception {
    List<Json.Obj> found = new ArrayList<>();
    Json.Builder all = Json.obj().put("from", 0).put("n", 200);
    for (Json.Obj entry : town.ask("log.read", all).objects("entries")) {
      if (entry.string("type").equals("unseal.intended")) {
        found.add(entry.object("data"));
      }
    }
    return found;
  }

  @Test
  void logsOrderAndRequestThenProvesIt() throws Exception {
    Envelope order = order();
    Envelope request = request(order, Instant.now());
    Json.Obj answer = intend(order, request);
    Json.Obj data =
        Json.obj().put("order", order.toJson()).put("request", request.toJson()).build();
    assertEquals(List.of(data), intents());
    var checkpoint =
        UnverifiedCheckpoint.parse(answer.string("checkpoint"))
            .verify(
                LogKey.of(town.root.origin(), town.root.serverLog().raw()),
                WitnessKey.of(town.root.origin(), town.root.witness().raw()));
    Json.Obj proof = answer.object("proof");
    byte[] leaf = proof.base64("entry");
    assertEquals(data, Json.parseObject(leaf).object("data"));
    List<Digest> hashes = new ArrayList<>();
    for (String hash : proof.strings("hashes")) {
      hashes.add(Digest.fromBytes(Base64.getDecoder().decode(hash)));
    }
    new InclusionProof(proof.integer("index"), checkpoint.size(), hashes)
        .verify(Merkle.leafHash(leaf), checkpoint.root());
  }

  @Test
  void givesNoProofWhileKeydCannotWitness() throws Exception {
    Envelope order = order();
    town.stopKeyd();
    Refusal refusal = assertThrows(Refusal.class, () -> intend(order));
    assertEquals("witness", refusal.code());
    town.startKeyd();
    assertFalse(intend(order).string("checkpoint").isEmpty());
  }

  @Test
  void refusesAnOrderThatNotAllSigned() {
    Statement statement = statement(1, Instant.now());
    assertEquals("request", refused(sign(statement, "sys")));
    assertEquals("request", refused(sign(statement, "sys", "sec1")));
    assertEquals("request", refused(sign(statement, "sys", "sec1", "sec1")));
    assertEquals("request", refused(sign(statement, "sys", "sec1", "audit")));
    assertEquals("request", refused(sign(statement, "sec1", "sec2")));
  }

  @Test
  void refusesAnOrderOutOfItsTime() {
    Instant now = Instant.now();
    String[] all = {"sys", "sec1", "sec2"};
    assertEquals("request", refused(sign(statement(1, now.minusSeconds(601)), all)));
    assertEquals("request", refused(sign(statement(1, now.plusSeconds(60)), all)));
  }

  @Test
  void refusesARequestThatIsOldOrOfAnotherOrder() {
    Envelope order = order();
    assertEquals("replay", refused(order, request(order, Instant.now().minusSeconds(61))));
    assertEquals("request", refused(order, request(order(), Instant.now())));
    Statement request =
        new UnsealRequest(order.id(), "00", Nonce.fresh(), Instant.now()).statement();
    assertEquals("request", refused(order, sign(request, "sec1")));
  }

  @Test
  void refusesAVersionThatWasNeverSealed() throws Exception {
    Envelope second = sign(statement(2, Instant.now()), "sys", "sec1", "sec2");
    assertEquals("unknown", refused(second));
    town.seal(2);
    assertTrue(intend(second).find("proof").isPresent());
    // Older versions can be copied too; the log knows them after a restart.
    town.stop();
    town.start();
    assertTrue(intend(order()).find("proof").isPresent());
  }

  @Test
  void anyAdministratorWithdrawsAnOrderBeforeItIsUsed() throws Exception {
    for (String name : List.of("sys", "sec2", "audit")) {
      Envelope order = order();
      Statement withdrawal =
          Withdrawal.statement(Withdrawal.Kind.UNSEAL, order.id(), Instant.now(), "not needed");
      assertEquals(
          "gate", assertThrows(Refusal.class, () -> town.submit(sign(withdrawal, "lab"))).code());
      town.submit(sign(withdrawal, name));
      assertEquals("gate", refused(order));
      assertEquals(order.id(), toldToKeyd());
      town.stop();
      town.start();
      assertEquals("gate", refused(order));
    }
  }

  private Digest toldToKeyd() throws Exception {
    Json.Obj last = town.revocations.getLast();
    return Envelope.parse(last.object("withdrawal")).unverifiedStatement().subject().digest();
  }

  @Test
  void takesReportsOfTheSealerAndNothingElseInThem() throws Exception {
    Json.Obj done =
        Json.obj()
            .put("order", Digest.of("o"))
            .put("request", Digest.of("r"))
            .put("files", 2)
            .put("bytes", 10)
            .build();
    assertTrue(report("unseal.done", done).find("index").isPresent());
    assertTrue(report("unseal.failed", failed("write")).find("index").isPresent());
    Json.Obj text = failed("a path: /home/ada/secret");
    assertThrows(Refusal.class, () -> report("unseal.failed", text));
    assertThrows(Refusal.class, () -> report("unseal.intended", done));
  }

  private static Json.Obj failed(String reason) {
    return Json.obj()
        .put("order", Digest.of("o"))
        .put("request", Digest.of("r"))
        .put("reason", reason)
        .build();
  }

  private Json.Obj report(String type, Json.Obj data) throws Exception {
    return town.ask("event", Json.obj().put("type", type).put("data", data));
  }

  @Test
  void showsTheManifestOfAnOlderVersion() throws Exception {
    town.seal(2);
    assertEquals(2, town.ask("model", Json.obj().put("model", "m")).integer("version"));
    Json.Obj first = town.ask("model", Json.obj().put("model", "m").put("version", 1));
    assertEquals(1, first.integer("version"));
    assertEquals(Town.MANIFEST, first.digest("manifest"));
    assertThrows(
        Refusal.class, () -> town.ask("model", Json.obj().put("model", "m").put("version", 3)));
  }
}
