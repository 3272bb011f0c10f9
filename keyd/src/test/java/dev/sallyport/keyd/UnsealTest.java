package dev.sallyport.keyd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.custody.DataKeys;
import dev.sallyport.custody.RecipientKey;
import dev.sallyport.custody.RootKey;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Nonce;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.UnsealOrder;
import dev.sallyport.keys.UnsealRequest;
import dev.sallyport.risk.Withdrawal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verification of spec/key-release.md §10 against people and a server that do as they like. */
class UnsealTest {
  private static final String[] ALL = {"sys", "sec1", "sec2"};

  @TempDir Path dir;
  private Fortress f;
  private RecipientKey oneTime;

  @BeforeEach
  void open() throws Exception {
    f = new Fortress(dir);
    oneTime = RecipientKey.generate();
  }

  @AfterEach
  void close() throws Exception {
    f.close();
    oneTime.close();
  }

  private UnsealOrder order() {
    return order(Fortress.MODEL, Fortress.MANIFEST, 1, "sys");
  }

  private UnsealOrder order(String model, Digest manifest, long version, String holder) {
    return order(model, manifest, version, holder, f.now, f.now.plus(Duration.ofHours(1)));
  }

  private UnsealOrder order(
      String model, Digest manifest, long version, String holder, Instant at, Instant notAfter) {
    return new UnsealOrder(
        model,
        manifest,
        version,
        f.pins.root().id(),
        f.people.get(holder).verifyingKey().id(),
        "hand the weights to the regulator",
        at,
        notAfter,
        Nonce.fresh());
  }

  private Envelope ordered(UnsealOrder order) {
    return f.sign(order.statement(), ALL);
  }

  private UnsealRequest request(Envelope order) {
    return new UnsealRequest(order.id(), oneTime.recipient().hex(), Nonce.fresh(), f.now);
  }

  private Envelope signed(UnsealRequest request) {
    return f.sign(request.statement(), "sys");
  }

  /** What an honest server and sealer do: log both, cosign, prove. */
  private Map<String, Json> papers(Envelope order, Envelope request) throws Exception {
    return papers(order, request, "unseal.intended");
  }

  private Map<String, Json> papers(Envelope order, Envelope request, String type) throws Exception {
    Json.Obj data =
        Json.obj().put("order", order.toJson()).put("request", request.toJson()).build();
    int index = f.log.add(type, data);
    Map<String, Json> papers = new LinkedHashMap<>();
    papers.put("order", order.toJson());
    papers.put("request", request.toJson());
    papers.put("checkpoint", Json.of(f.cosign(f.log)));
    papers.put("proof", f.log.proof(index, index + 1));
    return papers;
  }

  private Map<String, Json> papers(Envelope order) throws Exception {
    return papers(order, signed(request(order)));
  }

  private Json.Obj unseal(Map<String, Json> papers, byte[] wrapped) throws Exception {
    Json.Builder request = Json.obj().put("op", "unseal").put("wrapped", wrapped);
    papers.forEach(request::put);
    return f.seal(request.build());
  }

  /** The code of the refusal, or {@code given}. */
  private String outcome(Map<String, Json> papers, byte[] wrapped) throws Exception {
    try {
      unseal(papers, wrapped);
      return "given";
    } catch (Refusal refusal) {
      return refusal.code();
    }
  }

  private String outcome(Map<String, Json> papers) throws Exception {
    return outcome(papers, f.wrapped);
  }

  private String outcome(Envelope order) throws Exception {
    return outcome(papers(order));
  }

  private String signedBy(String... names) throws Exception {
    return outcome(f.sign(order().statement(), names));
  }

  @Test
  void givesAKeyThatOnlyTheOneTimeRecipientOpensForThisRequest() throws Exception {
    Envelope order = ordered(order());
    Envelope request = signed(request(order));
    byte[] key = unseal(papers(order, request), f.wrapped).base64("key");
    byte[] context = DataKeys.unsealContext(request.id());
    try (Secret dataKey = oneTime.unwrap(key, context);
        RecipientKey other = RecipientKey.generate()) {
      assertArrayEquals(f.dataKey, dataKey.<byte[], RuntimeException>use(b -> b.clone()));
      assertThrows(BadInput.class, () -> other.unwrap(key, context));
      byte[] another = DataKeys.unsealContext(order.id());
      assertThrows(BadInput.class, () -> oneTime.unwrap(key, another));
    }
    String journal = Files.readString(f.home.journal());
    assertTrue(journal.contains("\"event\":\"unseal\""), journal);
    assertTrue(journal.contains(order.id().toString()), journal);
  }

  @Test
  void givesTheCarryKeyOfTheSameModelVersionAndManifestOnly() throws Exception {
    Envelope order = ordered(order());
    Envelope request = signed(request(order));
    Map<String, Json> papers = papers(order, request);
    byte[] right = DataKeys.carryContext(Fortress.MODEL, 1, Fortress.MANIFEST);
    papers.put("carry", carry(DataKeys.carryContext(Fortress.MODEL, 2, Fortress.MANIFEST)));
    assertEquals("key", outcome(papers));
    papers.put("carry", carry(DataKeys.context(Fortress.MODEL, 1, Fortress.MANIFEST)));
    assertEquals("key", outcome(papers));
    papers.put("carry", carry(right));
    byte[] answer = unseal(papers, f.wrapped).base64("carry");
    try (Secret opened = oneTime.unwrap(answer, DataKeys.unsealCarryContext(request.id()))) {
      assertEquals(7, opened.<Integer, RuntimeException>use(b -> (int) b[0]).intValue());
    }
  }

  private Json carry(byte[] context) throws Exception {
    byte[] bytes = new byte[Secret.KEY_LENGTH];
    Arrays.fill(bytes, (byte) 7);
    try (RootKey root = RootKey.open(f.home.rootKey());
        Secret key = Secret.take(bytes)) {
      return Json.of(Base64.getEncoder().encodeToString(root.wrap(key, context)));
    }
  }

  @Test
  void anOrderIsGoodOnceAlsoAfterARestart() throws Exception {
    Envelope order = ordered(order());
    Map<String, Json> first = papers(order);
    assertEquals("given", outcome(first));
    assertEquals("replay", outcome(first));
    assertEquals("replay", outcome(papers(order)));
    f.stop();
    f.start();
    f.now = f.now.plus(Duration.ofMinutes(30));
    assertEquals("replay", outcome(papers(order)));
    assertEquals("given", outcome(ordered(order())));
  }

  @Test
  void refusesWithoutASecondSecurityAdministrator() throws Exception {
    assertEquals("approval", signedBy("sys"));
    assertEquals("approval", signedBy("sys", "sec1"));
    assertEquals("approval", signedBy("sys", "sec1", "aud"));
    assertEquals("given", signedBy("sys", "sec1", "sec2"));
  }

  @Test
  void refusesOnePersonWhoSignsTwice() throws Exception {
    assertEquals("approval", signedBy("sys", "sec1", "sec1"));
    assertEquals("approval", signedBy("sys", "sys", "sec1"));
  }

  @Test
  void refusesAnOrderThatTheHolderDidNotSign() throws Exception {
    assertEquals("approval", signedBy("sec1", "sec2"));
  }

  @Test
  void refusesAHolderWhoIsNoSystemAdministrator() throws Exception {
    UnsealOrder order = order(Fortress.MODEL, Fortress.MANIFEST, 1, "sec1");
    Envelope envelope = f.sign(order.statement(), "sec1", "sec2", "sys");
    Envelope request = f.sign(request(envelope).statement(), "sec1");
    assertEquals("approval", outcome(papers(envelope, request)));
  }

  @Test
  void refusesASignerWhoHasNoSay() throws Exception {
    assertEquals("approval", signedBy("sys", "sec1", "sec2", "assessor"));
  }

  @Test
  void refusesAForgedSignature() throws Exception {
    Envelope honest = ordered(order());
    Envelope other = ordered(order());
    Json forged =
        Json.obj()
            .put("payloadType", honest.toJson().string("payloadType"))
            .put("payload", honest.toJson().string("payload"))
            .put("signatures", other.toJson().need("signatures"))
            .build();
    assertEquals("approval", outcome(Envelope.parse(forged.asObject("forged"))));
    Envelope stranger = honest.signedBy(SigningKey.generate());
    assertEquals("approval", outcome(stranger));
  }

  @Test
  void refusesAnOrderThatIsOver() throws Exception {
    Envelope order = ordered(order());
    f.now = f.now.plus(Duration.ofHours(1));
    assertEquals("order", outcome(order));
  }

  @Test
  void refusesAnOrderThatIsToCome() throws Exception {
    Instant at = f.now.plusSeconds(6);
    UnsealOrder order =
        order(Fortress.MODEL, Fortress.MANIFEST, 1, "sys", at, at.plusSeconds(3600));
    assertEquals("order", outcome(ordered(order)));
  }

  @Test
  void refusesAnOrderForMoreThanADay() throws Exception {
    Instant end = f.now.plus(UnsealOrder.LONGEST).plusSeconds(1);
    UnsealOrder order = order(Fortress.MODEL, Fortress.MANIFEST, 1, "sys", f.now, end);
    assertEquals("order", outcome(ordered(order)));
  }

  @Test
  void refusesAClockThatWasSetBackToLetAnOrderBeginAnew() throws Exception {
    Envelope order = ordered(order());
    f.now = f.now.plus(Duration.ofHours(2));
    assertEquals("given", outcome(ordered(order())));
    f.now = Fortress.START;
    UnsealRequest request = request(order);
    Json.Obj data =
        Json.obj().put("order", order.toJson()).put("request", signed(request).toJson()).build();
    int index = f.log.add("unseal.intended", data);
    // Not even a checkpoint is cosigned now; the one on the way does not matter.
    Map<String, Json> papers = new LinkedHashMap<>();
    papers.put("order", order.toJson());
    papers.put("request", signed(request).toJson());
    papers.put("checkpoint", Json.of(f.log.signedCheckpoint()));
    papers.put("proof", f.log.proof(index, index + 1));
    assertEquals("clock", outcome(papers));
  }

  @Test
  void refusesAnotherModelVersionOrManifest() throws Exception {
    UnsealOrder model = order("other", Fortress.MANIFEST, 1, "sys");
    assertEquals("key", outcome(ordered(model)));
    UnsealOrder manifest = order(Fortress.MODEL, Digest.of("other"), 1, "sys");
    assertEquals("key", outcome(ordered(manifest)));
    UnsealOrder version = order(Fortress.MODEL, Fortress.MANIFEST, 2, "sys");
    assertEquals("key", outcome(ordered(version)));
    byte[] newer = f.wrap(Fortress.MODEL, 2);
    assertEquals("key", outcome(papers(ordered(order())), newer));
    assertEquals("given", outcome(papers(ordered(version)), newer));
  }

  @Test
  void aKeyThatDoesNotOpenDoesNotSpendTheOrder() throws Exception {
    Envelope order = ordered(order());
    byte[] damaged = f.wrapped.clone();
    damaged[damaged.length - 1] ^= 1;
    assertEquals("key", outcome(papers(order), damaged));
    assertEquals("given", outcome(order));
  }

  @Test
  void refusesAnOrderOfAnotherInstallation() throws Exception {
    UnsealOrder o = order();
    UnsealOrder other =
        new UnsealOrder(
            o.model(),
            o.manifest(),
            o.version(),
            Digest.of("another trust root"),
            o.holder(),
            o.reason(),
            o.at(),
            o.notAfter(),
            o.nonce());
    assertEquals("trust-root", outcome(ordered(other)));
  }

  @Test
  void refusesARequestThatTheHolderDidNotSignAlone() throws Exception {
    Envelope order = ordered(order());
    UnsealRequest request = request(order);
    assertEquals("request", outcome(papers(order, f.sign(request.statement(), "sec1"))));
    assertEquals("request", outcome(papers(order, f.sign(request.statement(), "sys", "sec1"))));
    Envelope keeper = Envelope.sign(request.statement(), f.keeper);
    assertEquals("request", outcome(papers(order, keeper)));
  }

  @Test
  void refusesARecipientThatSomebodyPutIn() throws Exception {
    Envelope order = ordered(order());
    Envelope honest = signed(request(order));
    try (RecipientKey thief = RecipientKey.generate()) {
      UnsealRequest altered =
          new UnsealRequest(order.id(), thief.recipient().hex(), Nonce.fresh(), f.now);
      Json forged =
          Json.obj()
              .put("payloadType", honest.toJson().string("payloadType"))
              .put("payload", altered.statement().payload())
              .put("signatures", honest.toJson().need("signatures"))
              .build();
      Envelope envelope = Envelope.parse(forged.asObject("forged"));
      assertEquals("request", outcome(papers(order, envelope)));
    }
  }

  @Test
  void refusesABadRecipient() throws Exception {
    Envelope order = ordered(order());
    UnsealRequest bad = new UnsealRequest(order.id(), "ff".repeat(1216), Nonce.fresh(), f.now);
    assertEquals("request", outcome(papers(order, signed(bad))));
  }

  @Test
  void refusesARequestForAnotherOrder() throws Exception {
    Envelope order = ordered(order());
    Envelope other = ordered(order());
    assertEquals("request", outcome(papers(order, signed(request(other)))));
  }

  @Test
  void refusesAnOldAndAFutureRequest() throws Exception {
    Envelope order = ordered(order());
    Envelope old = signed(request(order));
    f.now = f.now.plusSeconds(61);
    assertEquals("request", outcome(papers(order, old)));
    String hex = oneTime.recipient().hex();
    UnsealRequest early = new UnsealRequest(order.id(), hex, Nonce.fresh(), f.now.plusSeconds(6));
    assertEquals("request", outcome(papers(order, signed(early))));
  }

  @Test
  void refusesANonceThatWasUsed() throws Exception {
    Envelope first = ordered(order());
    UnsealRequest request = request(first);
    assertEquals("given", outcome(papers(first, signed(request))));
    Envelope second = ordered(order());
    UnsealRequest again =
        new UnsealRequest(second.id(), request.recipient(), request.nonce(), f.now);
    assertEquals("replay", outcome(papers(second, signed(again))));
  }

  @Test
  void refusesWhenTheIntentIsNotInTheLog() throws Exception {
    Envelope order = ordered(order());
    assertEquals("proof", outcome(papers(order, signed(request(order)), "request.refused")));
    Map<String, Json> papers = papers(order);
    papers.put("proof", f.log.proof(0, f.log.leaves.size()));
    assertEquals("proof", outcome(papers));
    Map<String, Json> unproven = papers(order);
    Json.Obj proof = f.log.proof(f.log.leaves.size() - 1, f.log.leaves.size());
    unproven.put(
        "proof",
        Json.obj()
            .put("index", proof.integer("index"))
            .put("entry", proof.string("entry"))
            .put("hashes", Json.strings(List.of()))
            .build());
    assertEquals("proof", outcome(unproven));
  }

  @Test
  void refusesAnEntryWithoutTheSignaturesThatItWasShown() throws Exception {
    Envelope order = ordered(order());
    Envelope request = signed(request(order));
    Map<String, Json> papers = papers(f.sign(order.unverifiedStatement(), "sys"), request);
    papers.put("order", order.toJson());
    assertEquals("proof", outcome(papers));
  }

  @Test
  void refusesACheckpointWithoutItsOwnCosignature() throws Exception {
    Map<String, Json> papers = papers(ordered(order()));
    papers.put("checkpoint", Json.of(f.log.signedCheckpoint()));
    assertEquals("checkpoint", outcome(papers));
  }

  @Test
  void refusesAnOrderThatOneSignerWithdrew() throws Exception {
    Envelope order = ordered(order());
    Map<String, Json> papers = papers(order);
    Envelope withdrawal =
        f.sign(
            Withdrawal.statement(Withdrawal.Kind.UNSEAL, order.id(), f.now, "no longer needed"),
            "sec2");
    f.server(Json.obj().put("op", "revoke").put("withdrawal", withdrawal.toJson()).build());
    assertEquals("revoked", outcome(papers));
    f.stop();
    f.start();
    assertEquals("revoked", outcome(papers(order)));
  }

  @Test
  void refusesALeaseRequestInPlaceOfAnOrder() throws Exception {
    Envelope lease = Envelope.sign(f.leaseRequest(oneTime).statement(), f.people.get("sys"));
    assertEquals("order", outcome(lease));
  }

  @Test
  void onlyTheSealersSocketUnseals() throws Exception {
    Json.Obj request = Json.obj().put("op", "unseal").build();
    assertEquals("op", assertThrows(Refusal.class, () -> f.server(request)).code());
    assertEquals("op", assertThrows(Refusal.class, () -> f.lease(request)).code());
    assertEquals("request", assertThrows(Refusal.class, () -> f.seal(request)).code());
  }

  @Test
  void refusalsAreInKeydsJournal() throws Exception {
    signedBy("sys", "sec1");
    String journal = Files.readString(f.home.journal());
    assertTrue(journal.contains("\"op\":\"unseal\""), journal);
    assertTrue(journal.contains("\"code\":\"approval\""), journal);
  }
}
