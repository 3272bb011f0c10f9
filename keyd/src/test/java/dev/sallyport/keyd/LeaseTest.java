package dev.sallyport.keyd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.custody.DataKeys;
import dev.sallyport.custody.RecipientKey;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Lease;
import dev.sallyport.keys.LeaseRequest;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.Statement;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Withdrawal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verification order of spec/key-release.md §4.3 against a server that does as it likes. */
class LeaseTest {
  private long lists;
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

  private Envelope signed(LeaseRequest request) {
    return Envelope.sign(request.statement(), f.keeper);
  }

  private Map<String, Json> honest() throws Exception {
    return f.bundle(signed(f.leaseRequest(oneTime)));
  }

  private String outcomeOf(LeaseRequest request) throws Exception {
    return f.outcome(f.bundle(signed(request)));
  }

  private static LeaseRequest with(LeaseRequest r, String model, Digest manifest, Digest command) {
    return new LeaseRequest(
        model,
        manifest,
        r.release(),
        r.recipient(),
        r.keeper(),
        r.host(),
        command,
        r.nonce(),
        r.at(),
        r.renews());
  }

  @Test
  void grantsAKeyThatOnlyTheOneTimeRecipientOpens() throws Exception {
    Json.Obj answer = f.lease(honest());
    Envelope envelope = Envelope.parse(answer.object("lease"));
    Lease lease = Lease.parse(envelope.statementBy(f.pins.root().keyd()));
    assertEquals(Fortress.MODEL, lease.model());
    assertEquals(Fortress.MANIFEST, lease.manifest());
    assertEquals(f.release.id(), lease.release());
    assertEquals(f.now.plusSeconds(60), lease.notAfter());
    byte[] context = DataKeys.leaseContext(lease.id());
    try (Secret key = oneTime.unwrap(answer.base64("key"), context);
        RecipientKey other = RecipientKey.generate()) {
      assertArrayEquals(f.dataKey, key.<byte[], RuntimeException>use(b -> b.clone()));
      byte[] forKeeper = answer.base64("key");
      assertThrows(BadInput.class, () -> other.unwrap(forKeeper, context));
      byte[] otherLease = DataKeys.leaseContext("0".repeat(32));
      assertThrows(BadInput.class, () -> oneTime.unwrap(forKeeper, otherLease));
    }
  }

  @Test
  void aLeaseNeverOutlivesItsEvidence() throws Exception {
    f.now = Fortress.START.plus(Duration.ofDays(5)).minusSeconds(20);
    Lease lease =
        Lease.parse(
            Envelope.parse(f.lease(honest()).object("lease")).statementBy(f.pins.root().keyd()));
    assertEquals(Fortress.START.plus(Duration.ofDays(5)), lease.notAfter());
  }

  @Test
  void refusesAnotherTrustRoot() throws Exception {
    Map<String, Json> bundle = honest();
    bundle.put("trustRoot", f.policy.toJson());
    assertEquals("trust-root", f.outcome(bundle));
  }

  @Test
  void refusesAForgedRequest() throws Exception {
    Envelope forged = Envelope.sign(f.leaseRequest(oneTime).statement(), SigningKey.generate());
    assertEquals("request", f.outcome(f.bundle(forged)));
  }

  @Test
  void refusesARecipientThatTheServerPutIn() throws Exception {
    try (RecipientKey attacker = RecipientKey.generate()) {
      // The server has no keeper key, so the best it can do is to keep the signature.
      Json.Obj good = signed(f.leaseRequest(oneTime)).toJson();
      Json.Obj own =
          Envelope.sign(f.leaseRequest(attacker).statement(), SigningKey.generate()).toJson();
      Json.Obj mixed =
          Json.obj()
              .put("payloadType", good.string("payloadType"))
              .put("payload", own.string("payload"))
              .put("signatures", good.need("signatures"))
              .build();
      assertEquals("request", f.outcome(f.bundle(Envelope.parse(mixed))));
    }
  }

  @Test
  void refusesABadRecipient() throws Exception {
    LeaseRequest r = f.leaseRequest(oneTime);
    LeaseRequest bad =
        new LeaseRequest(
            r.model(),
            r.manifest(),
            r.release(),
            "00ff",
            r.keeper(),
            r.host(),
            r.command(),
            r.nonce(),
            r.at(),
            Optional.empty());
    assertEquals("request", outcomeOf(bad));
  }

  @Test
  void refusesAnOldAndAFutureRequest() throws Exception {
    Map<String, Json> bundle = honest();
    f.now = f.now.plusSeconds(61);
    assertEquals("request", f.outcome(bundle));
    LeaseRequest r = f.leaseRequest(oneTime);
    LeaseRequest early =
        new LeaseRequest(
            r.model(),
            r.manifest(),
            r.release(),
            r.recipient(),
            r.keeper(),
            r.host(),
            r.command(),
            r.nonce(),
            f.now.plusSeconds(6),
            Optional.empty());
    assertEquals("request", outcomeOf(early));
  }

  @Test
  void refusesAReplayedRequestAlsoAfterARestart() throws Exception {
    Map<String, Json> bundle = honest();
    assertEquals("granted", f.outcome(bundle));
    assertEquals("replay", f.outcome(bundle));
    f.stop();
    f.start();
    assertEquals("replay", f.outcome(bundle));
  }

  @Test
  void refusesAClockThatWentBack() throws Exception {
    Map<String, Json> bundle = honest();
    f.now = f.now.minusSeconds(30);
    assertEquals("clock", f.outcome(bundle));
  }

  @Test
  void refusesACheckpointWithoutItsOwnCosignature() throws Exception {
    Map<String, Json> bundle = honest();
    f.log.add("x", Json.obj().build());
    bundle.put("checkpoint", Json.of(f.log.signedCheckpoint()));
    assertEquals("checkpoint", f.outcome(bundle));
  }

  @Test
  void refusesAForkedLog() throws Exception {
    TestLog fork = f.log.copy();
    honest();
    fork.add("lease.intended", Json.obj().put("request", f.policy.toJson()).build());
    fork.add("other", Json.obj().build());
    int held = f.log.leaves.size();
    Refusal split = assertThrows(Refusal.class, () -> f.cosign(fork, held));
    assertEquals("proof", split.code());
    Refusal back = assertThrows(Refusal.class, () -> f.cosign(fork, held - 1));
    assertEquals("conflict", back.code());
    assertEquals(Integer.toString(held), back.getMessage());
  }

  @Test
  void refusesACheckpointOlderThanTheLastByTooMuch() throws Exception {
    Envelope request = signed(f.leaseRequest(oneTime));
    int size = f.log.add("lease.intended", Json.obj().put("request", request.toJson()).build()) + 1;
    String old = f.cosign(f.log);
    f.now = f.now.plusSeconds(59);
    Map<String, Json> bundle = f.bundle(request, old, size);
    f.now = f.now.plusSeconds(2);
    f.log.add("other", Json.obj().build());
    f.cosign(f.log);
    // The request itself is a second too old now: made anew, only the checkpoint is left to blame.
    bundle.put("request", signed(f.leaseRequest(oneTime)).toJson());
    assertEquals("checkpoint", f.outcome(bundle));
  }

  @Test
  void refusesACheckpointFromBeforeARevocation() throws Exception {
    Map<String, Json> bundle = honest();
    f.log.add("other", Json.obj().build());
    f.cosign(f.log);
    f.revoke(Digest.of("some other release"));
    assertEquals("checkpoint", f.outcome(bundle));
    assertEquals("granted", f.outcome(honest()));
  }

  /** An older keyd/state is put back; the log has grown, and been cosigned, since. */
  @Test
  void refusesACheckpointThatARestoredStateDoesNotKnow() throws Exception {
    Path memory = f.home.state().resolve("memory");
    byte[] older = Files.readAllBytes(memory);
    Map<String, Json> bundle = honest();
    f.stop();
    Files.write(memory, older);
    f.start();
    assertEquals("checkpoint", f.outcome(bundle));
  }

  @Test
  void refusesWhenTheIntentIsNotInTheLog() throws Exception {
    Envelope request = signed(f.leaseRequest(oneTime));
    String checkpoint = f.cosign(f.log);
    assertEquals("proof", f.outcome(f.bundle(request, checkpoint, f.log.leaves.size())));
  }

  @Test
  void refusesWhenTheActivationIsNotInTheLog() throws Exception {
    f.evaluate("0.05", Fortress.START.plus(Duration.ofDays(9)));
    f.request();
    f.approve("sec1");
    assertEquals("proof", f.outcome(honest()));
  }

  @Test
  void refusesEachMissingOrAlteredProof() throws Exception {
    Map<String, Json> bundle = honest();
    List<Json> proofs = ((Json.Arr) bundle.get("proofs")).items();
    for (int i = 0; i < proofs.size(); i++) {
      List<Json> fewer = new ArrayList<>(proofs);
      fewer.remove(i);
      bundle.put("proofs", Json.arr(fewer));
      assertEquals("proof", f.outcome(bundle), "without proof " + i);
      Json.Obj proof = (Json.Obj) proofs.get(i);
      byte[] leaf = proof.base64("entry");
      leaf[leaf.length - 3] ^= 1;
      List<Json> altered = new ArrayList<>(proofs);
      altered.set(
          i,
          Json.obj()
              .put("index", proof.integer("index"))
              .put("entry", leaf)
              .put("hashes", proof.need("hashes"))
              .build());
      bundle.put("proofs", Json.arr(altered));
      assertEquals("proof", f.outcome(bundle), "altered proof " + i);
    }
    bundle.put("proofs", Json.arr(proofs));
    assertEquals("granted", f.outcome(bundle));
  }

  @Test
  void refusesAnOlderPolicyOnceANewerOneWasSeen() throws Exception {
    Envelope older = f.policy;
    Json.Obj newer = Fortress.json(Documents.POLICY.replace("\"version\":2", "\"version\":3"));
    f.policy = f.set("policy", Policy.statement(newer), "sec1", "sec2");
    f.request();
    f.approve("sec1");
    f.log.add("release.activated", Json.obj().put("release", f.release.id()).build());
    assertEquals("granted", f.outcome(honest()));
    f.policy = older;
    f.request();
    f.approve("sec1");
    f.log.add("release.activated", Json.obj().put("release", f.release.id()).build());
    assertEquals("policy", f.outcome(honest()));
  }

  @Test
  void refusesAPolicyThatOneAdministratorSigned() throws Exception {
    f.policy = f.set("policy", Policy.statement(Fortress.json(Documents.POLICY)), "sec1", "aud");
    assertEquals("policy", f.outcome(honest()));
  }

  @Test
  void refusesWithoutApproval() throws Exception {
    f.approvals.clear();
    assertEquals("gate", f.outcome(honest()));
  }

  @Test
  void refusesAnApprovalOfAStranger() throws Exception {
    Envelope forged =
        Envelope.sign(f.approvals.getFirst().unverifiedStatement(), SigningKey.generate());
    f.log.add("release.approved", Fortress.envelope(forged));
    f.approvals.set(0, forged);
    assertEquals("approval", f.outcome(honest()));
  }

  @Test
  void refusesForgedEvidence() throws Exception {
    Envelope forged =
        Envelope.sign(f.evidence.getFirst().unverifiedStatement(), SigningKey.generate());
    f.log.add("evidence.added", Fortress.envelope(forged));
    f.evidence.set(0, forged);
    assertEquals("evidence", f.outcome(honest()));
  }

  @Test
  void refusesExpiredEvidence() throws Exception {
    f.evidence.removeFirst();
    f.evaluate("0.1", Fortress.START.plusSeconds(100));
    f.request();
    f.approve("sec1");
    f.log.add("release.activated", Json.obj().put("release", f.release.id()).build());
    assertEquals("granted", f.outcome(honest()));
    f.now = f.now.plusSeconds(100);
    assertEquals("gate", f.outcome(honest()));
  }

  @Test
  void refusesAWithdrawnApprovalForEver() throws Exception {
    Envelope withdrawal =
        f.sign(
            Withdrawal.statement(
                Withdrawal.Kind.APPROVAL, f.approvals.getFirst().id(), f.now, "changed my mind"),
            "sec1");
    f.server(Json.obj().put("op", "revoke").put("withdrawal", withdrawal.toJson()).build());
    assertEquals("revoked", f.outcome(honest()));
    f.stop();
    f.start();
    assertEquals("revoked", f.outcome(honest()));
    f.approvals.clear();
    f.approve("sec2");
    assertEquals("granted", f.outcome(honest()));
  }

  @Test
  void refusesAWithdrawalOfAStranger() throws Exception {
    Statement statement =
        Withdrawal.statement(Withdrawal.Kind.RELEASE, f.release.id(), f.now, "sabotage");
    Envelope forged = Envelope.sign(statement, SigningKey.generate());
    Refusal refusal =
        assertThrows(
            Refusal.class,
            () ->
                f.server(
                    Json.obj().put("op", "revoke").put("withdrawal", forged.toJson()).build()));
    assertEquals("request", refusal.code());
  }

  @Test
  void refusesAnotherModelAndAnotherManifest() throws Exception {
    LeaseRequest r = f.leaseRequest(oneTime);
    assertEquals("model", outcomeOf(with(r, "other", r.manifest(), r.command())));
    r = f.leaseRequest(oneTime);
    assertEquals("model", outcomeOf(with(r, r.model(), Digest.of("other"), r.command())));
  }

  @Test
  void refusesACommandThatNobodySigned() throws Exception {
    LeaseRequest r = f.leaseRequest(oneTime);
    Digest thief = LeaseRequest.commandDigest(List.of("/bin/cat", "{model}"), List.of(), Map.of());
    assertEquals("command", outcomeOf(with(r, r.model(), r.manifest(), thief)));
  }

  @Test
  void refusesAListWhoseWordsAreNotWhatItsDigestSays() throws Exception {
    List<String> words = List.of("/opt/x", "{model}");
    Map<String, Digest> contents = Map.of("/opt/x", Digest.of("reviewed"));
    Digest reviewed = LeaseRequest.commandDigest(words, List.of(), contents);
    Digest exchanged =
        LeaseRequest.commandDigest(words, List.of(), Map.of("/opt/x", Digest.of("exchanged")));
    assertEquals("granted", outcomeOfListed(reviewed, reviewed, contents));
    assertEquals("command", outcomeOfListed(exchanged, reviewed, contents));
    assertEquals("command", outcomeOfListed(exchanged, exchanged, contents));
  }

  private String outcomeOfListed(Digest asked, Digest listed, Map<String, Digest> contents)
      throws Exception {
    Json.Builder files = Json.obj();
    contents.forEach(files::put);
    Json.Obj entry =
        Json.obj()
            .put("digest", listed)
            .put("note", "x")
            .put("command", Json.strings(List.of("/opt/x", "{model}")))
            .put("binds", Json.strings(List.of()))
            .put("contents", files.build())
            .build();
    Json.Obj list =
        Json.obj().put("version", ++lists).put("commands", Json.arr(List.of(entry))).build();
    Statement statement =
        Statement.about("commands", list.digest(), AllowedCommands.PREDICATE_TYPE, list);
    Envelope signed = f.set("commands", statement, "sec1", "sec2");
    LeaseRequest r = f.leaseRequest(oneTime);
    Map<String, Json> bundle = f.bundle(signed(with(r, r.model(), r.manifest(), asked)));
    bundle.put("commands", signed.toJson());
    return f.outcome(bundle);
  }

  @Test
  void allowsACommandThatTwoSecurityAdministratorsSigned() throws Exception {
    Digest command =
        LeaseRequest.commandDigest(List.of("/opt/x", "{model}"), List.of("/opt"), Map.of());
    Json.Obj listed =
        Fortress.json(
            "{\"version\":1,\"commands\":[{\"digest\":\"" + command + "\",\"note\":\"x\"}]}");
    Statement statement =
        Statement.about("commands", listed.digest(), AllowedCommands.PREDICATE_TYPE, listed);
    LeaseRequest r = f.leaseRequest(oneTime);
    Envelope byOne = f.set("commands", statement, "sec1");
    Map<String, Json> bundle = f.bundle(signed(with(r, r.model(), r.manifest(), command)));
    bundle.put("commands", byOne.toJson());
    assertEquals("command", f.outcome(bundle));
    Envelope byTwo = f.set("commands", statement, "sec1", "sec2");
    r = f.leaseRequest(oneTime);
    bundle = f.bundle(signed(with(r, r.model(), r.manifest(), command)));
    bundle.put("commands", byTwo.toJson());
    assertEquals("granted", f.outcome(bundle));
  }

  @Test
  void refusesAKeyOfAnotherModelOrVersion() throws Exception {
    byte[] other = f.wrap("other", 1);
    Map<String, Json> bundle = honest();
    assertEquals("key", assertThrows(Refusal.class, () -> f.lease(bundle, other, 1)).code());
    assertEquals("key", assertThrows(Refusal.class, () -> f.lease(bundle, f.wrapped, 2)).code());
    byte[] cut = Arrays.copyOf(f.wrapped, f.wrapped.length - 1);
    assertEquals("key", assertThrows(Refusal.class, () -> f.lease(bundle, cut, 1)).code());
    // A refusal uses up nothing: the same request is good for the right key.
    assertEquals("granted", f.outcome(bundle));
  }

  @Test
  void journalsGrantsAndRefusalsWithoutKeys() throws Exception {
    Map<String, Json> bundle = honest();
    f.lease(bundle);
    f.outcome(bundle);
    String journal = Files.readString(f.home.journal());
    assertTrue(journal.contains("\"event\":\"lease\""));
    assertTrue(journal.contains("\"code\":\"replay\""));
    assertFalse(journal.contains("\"key\""));
  }
}
