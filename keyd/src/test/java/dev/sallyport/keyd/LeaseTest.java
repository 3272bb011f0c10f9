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
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Withdrawal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verification of spec/key-release.md §4.3 against a server that does as it likes. */
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

  /** A request whose intent keyd has read. */
  private Envelope honest() throws Exception {
    return f.intend(signed(f.leaseRequest(oneTime)));
  }

  private String outcomeOf(LeaseRequest request) throws Exception {
    return f.outcome(f.intend(signed(request)));
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

  private static LeaseRequest with(LeaseRequest r, String recipient, Instant at) {
    return new LeaseRequest(
        r.model(),
        r.manifest(),
        r.release(),
        recipient,
        r.keeper(),
        r.host(),
        r.command(),
        r.nonce(),
        at,
        Optional.empty());
  }

  /** Another request than the last, for the same. */
  private void requestAnew() throws Exception {
    f.now = f.now.plusSeconds(1);
    f.request();
  }

  /** The refusal of the next checkpoint: keyd reads no further. */
  private String unread() {
    return assertThrows(Refusal.class, () -> f.cosign(f.log)).code();
  }

  @Test
  void grantsAKeyThatOnlyTheOneTimeRecipientOpens() throws Exception {
    Json.Obj answer = f.lease(honest());
    Lease lease = lease(answer);
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

  private Lease lease(Json.Obj answer) throws Exception {
    Envelope envelope = Envelope.parse(answer.object("lease"));
    return Lease.parse(envelope.statementBy(f.pins.root().keyd()));
  }

  @Test
  void aLeaseNeverOutlivesItsEvidence() throws Exception {
    f.now = Fortress.START.plus(Duration.ofDays(5)).minusSeconds(20);
    assertEquals(Fortress.START.plus(Duration.ofDays(5)), lease(f.lease(honest())).notAfter());
  }

  @Test
  void refusesAForgedRequest() throws Exception {
    Envelope forged = Envelope.sign(f.leaseRequest(oneTime).statement(), SigningKey.generate());
    assertEquals("request", f.outcome(f.intend(forged)));
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
      assertEquals("request", f.outcome(f.intend(Envelope.parse(mixed))));
    }
  }

  @Test
  void refusesABadRecipient() throws Exception {
    LeaseRequest r = f.leaseRequest(oneTime);
    assertEquals("request", outcomeOf(with(r, "00ff", r.at())));
  }

  @Test
  void refusesAnOldAndAFutureRequest() throws Exception {
    Envelope request = honest();
    f.now = f.now.plusSeconds(61);
    assertEquals("request", f.outcome(request));
    LeaseRequest r = f.leaseRequest(oneTime);
    assertEquals("request", outcomeOf(with(r, r.recipient(), f.now.plusSeconds(6))));
  }

  @Test
  void refusesAReplayedRequestAlsoAfterARestart() throws Exception {
    Envelope request = honest();
    assertEquals("granted", f.outcome(request));
    assertEquals("replay", f.outcome(request));
    f.stop();
    f.start();
    assertEquals("replay", f.outcome(request));
  }

  @Test
  void refusesAClockThatWentBack() throws Exception {
    Envelope request = honest();
    f.now = f.now.minusSeconds(30);
    assertEquals("clock", f.outcome(request));
  }

  @Test
  void refusesAForkedLog() throws Exception {
    TestLog fork = f.log.copy();
    honest();
    fork.add("other", Json.obj().build());
    fork.add("other", Json.obj().build());
    int held = f.log.leaves.size();
    Refusal split = assertThrows(Refusal.class, () -> f.cosign(fork, held));
    assertEquals("proof", split.code());
    Refusal back = assertThrows(Refusal.class, () -> f.cosign(fork, held - 1));
    assertEquals("conflict", back.code());
    assertEquals(Integer.toString(held), back.getMessage());
  }

  @Test
  void refusesWhenTheIntentIsNotInTheLog() throws Exception {
    Envelope request = signed(f.leaseRequest(oneTime));
    f.cosign(f.log);
    assertEquals("proof", f.outcome(request));
    f.log.add("lease.intended", Json.obj().put("request", request.toJson()).build());
    assertEquals("proof", f.outcome(request), "written, not read");
    f.cosign(f.log);
    assertEquals("granted", f.outcome(request));
  }

  @Test
  void refusesWhenTheActivationIsNotInTheLog() throws Exception {
    f.evaluate("0.05", Fortress.START.plus(Duration.ofDays(9)));
    f.request();
    f.approve("sec1");
    assertEquals("gate", f.outcome(honest()));
    f.activate();
    assertEquals("granted", f.outcome(honest()));
  }

  @Test
  void refusesAReleaseThatIsNotInTheLog() throws Exception {
    Envelope before = f.release;
    requestAnew();
    assertEquals("gate", f.outcome(honest()), "in review");
    Envelope unread = f.sign(before.unverifiedStatement(), "sys2");
    f.release = unread;
    requestAnew();
    f.log.leaves.removeLast();
    assertEquals("proof", f.outcome(honest()));
  }

  /** Entries that are left out, changed, added or moved do not make the tree of the checkpoint. */
  @Test
  void cosignsOnlyWhatItWasShown() throws Exception {
    f.cosign(f.log);
    int old = f.log.leaves.size();
    Envelope withdrawal =
        f.sign(Withdrawal.statement(Withdrawal.Kind.RELEASE, f.release.id(), f.now, "stop"), "aud");
    f.log.add("withdrawn", Fortress.envelope(withdrawal));
    Envelope request = signed(f.leaseRequest(oneTime));
    f.log.add("lease.intended", Json.obj().put("request", request.toJson()).build());
    TestLog shown = f.log.copy();
    shown.leaves.remove(old);
    assertUnproven(old, shown);
    shown.leaves.add(old, "{}".getBytes(StandardCharsets.UTF_8));
    assertUnproven(old, shown);
    shown.leaves.set(old, f.log.leaves.get(old + 1));
    shown.leaves.set(old + 1, f.log.leaves.get(old));
    assertUnproven(old, shown);
    f.cosign(f.log);
    assertEquals("gate", f.outcome(request));
  }

  private void assertUnproven(int old, TestLog shown) throws Exception {
    Json.Obj request =
        Json.obj()
            .put("op", "witness")
            .put("old", old)
            .put("proof", f.log.consistency(old))
            .put("entries", shown.entries(old))
            .put("checkpoint", f.log.signedCheckpoint())
            .build();
    assertEquals("proof", assertThrows(Refusal.class, () -> f.server(request)).code());
    assertEquals(old, f.server(Json.obj().put("op", "status").build()).integer("size"));
  }

  @Test
  void aWithdrawalInTheLogIsEnough() throws Exception {
    assertEquals("granted", f.outcome(honest()));
    Envelope withdrawal =
        f.sign(
            Withdrawal.statement(
                Withdrawal.Kind.APPROVAL, f.approvals.getFirst().id(), f.now, "changed my mind"),
            "sec1");
    f.log.add("withdrawn", Fortress.envelope(withdrawal));
    assertEquals("gate", f.outcome(honest()));
    f.stop();
    f.start();
    assertEquals("gate", f.outcome(honest()));
    // Final: a new approval does not bring back what fell.
    f.approve("sec2");
    assertEquals("gate", f.outcome(honest()));
  }

  @Test
  void worseEvidenceThatTheRequestLeavesOutIsEnough() throws Exception {
    assertEquals("granted", f.outcome(honest()));
    f.addEvidence(f.evaluation("0.4", f.now, Fortress.START.plus(Duration.ofDays(9))));
    assertEquals("gate", f.outcome(honest()));
  }

  @Test
  void aLaterStatementThatAControlIsNotEffectiveIsEnough() throws Exception {
    assertEquals("granted", f.outcome(honest()));
    f.now = f.now.plusSeconds(1);
    f.addEvidence(f.control("sealed", false, f.now, f.now.plus(Duration.ofDays(9))));
    assertEquals("gate", f.outcome(honest()));
  }

  @Test
  void aSuspensionInTheLogIsEnough() throws Exception {
    assertEquals("granted", f.outcome(honest()));
    f.log.add(
        "release.suspended", Json.obj().put("release", f.release.id()).put("reason", "x").build());
    assertEquals("gate", f.outcome(honest()));
  }

  @Test
  void aFailedCheckInTheLogIsEnoughAndOnePassedLaterBringsNothingBack() throws Exception {
    assertEquals("granted", f.outcome(honest()));
    Json.Obj check =
        Json.obj()
            .put("check", "c")
            .put("control", "sealed")
            .put("about", f.pins.root().id())
            .put("reason", "x")
            .build();
    f.log.add("check.failed", check);
    assertEquals("gate", f.outcome(honest()));
    f.log.add("check.passed", check);
    assertEquals("gate", f.outcome(honest()));
  }

  /** The server writes that a release came into force before its quorum; dwell begins later. */
  @Test
  void dwellBeginsWhenKeydsOwnJudgementAllows() throws Exception {
    f.close();
    String dwelling = Documents.POLICY.replace("\"dwellSeconds\":0", "\"dwellSeconds\":86400");
    f = new Fortress(dir.resolve("again"), Fortress.json(dwelling));
    Statement stop = Withdrawal.statement(Withdrawal.Kind.RELEASE, f.release.id(), f.now, "x");
    f.log.add("withdrawn", Fortress.envelope(f.sign(stop, "aud")));
    // In force without a quorum, says the server.
    requestAnew();
    f.activate();
    f.cosign(f.log);
    f.now = Fortress.START.plus(Duration.ofDays(2));
    f.approve("sec1");
    assertEquals("granted", f.outcome(honest()));

    f.audience = Audience.TRUSTED_PARTNER;
    requestAnew();
    f.approve("sec1");
    f.approve("aud");
    f.activate();
    assertEquals("gate", f.outcome(honest()), "promoted at once");
    f.now = f.now.plus(Duration.ofDays(1));
    assertEquals("granted", f.outcome(honest()));
  }

  @Test
  void refusesAnOlderPolicyOnceANewerOneWasSeen() throws Exception {
    Envelope older = f.policy;
    Json.Obj newer = Fortress.json(Documents.POLICY.replace("\"version\":2", "\"version\":3"));
    f.policy = f.set("policy", Policy.statement(newer), "sec1", "sec2");
    assertEquals("gate", f.outcome(honest()), "a release is bound to its policy");
    f.request();
    f.approve("sec1");
    f.activate();
    assertEquals("granted", f.outcome(honest()));
    f.log.add("policy.set", Fortress.envelope(older));
    assertEquals("log", unread());
  }

  @Test
  void readsNoPolicyThatOneAdministratorSigned() throws Exception {
    Json.Obj newer = Fortress.json(Documents.POLICY.replace("\"version\":2", "\"version\":3"));
    f.set("policy", Policy.statement(newer), "sec1", "aud");
    assertEquals("log", unread());
  }

  @Test
  void readsNoLooserPolicyThatTwoSigned() throws Exception {
    String looser =
        Documents.POLICY
            .replace("\"version\":2", "\"version\":3,\"proposedBy\":\"sys\"")
            .replace("\"leaseSeconds\":60", "\"leaseSeconds\":300");
    Statement statement = Policy.statement(Fortress.json(looser));
    f.cosign(f.log);
    f.set("policy", statement, "sec1", "sec2");
    assertEquals("log", unread());
    f.log.leaves.removeLast();
    f.set("policy", statement, "sec1", "sec2", "aud");
    f.cosign(f.log);
  }

  @Test
  void refusesWithoutApproval() throws Exception {
    requestAnew();
    f.activate();
    assertEquals("gate", f.outcome(honest()));
  }

  @Test
  void readsNoApprovalOfAStranger() throws Exception {
    f.cosign(f.log);
    Envelope forged =
        Envelope.sign(f.approvals.getFirst().unverifiedStatement(), SigningKey.generate());
    f.log.add("release.approved", Fortress.envelope(forged));
    assertEquals("log", unread());
  }

  @Test
  void readsNoForgedEvidence() throws Exception {
    f.cosign(f.log);
    Envelope forged =
        Envelope.sign(f.evidence.getFirst().unverifiedStatement(), SigningKey.generate());
    f.log.add("evidence.added", Fortress.envelope(forged));
    assertEquals("log", unread());
    // What was refused left nothing behind.
    f.log.leaves.removeLast();
    assertEquals("granted", f.outcome(honest()));
  }

  @Test
  void refusesExpiredEvidence() throws Exception {
    f.evidence.removeFirst();
    f.evaluate("0.1", Fortress.START.plusSeconds(100));
    f.request();
    f.approve("sec1");
    f.activate();
    assertEquals("granted", f.outcome(honest()));
    f.now = f.now.plusSeconds(100);
    assertEquals("gate", f.outcome(honest()));
  }

  @Test
  void refusesAWithdrawnApprovalForEver() throws Exception {
    f.cosign(f.log);
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
  }

  @Test
  void refusesAWithdrawalOfAStrangerOrOfOneWhoMayNot() throws Exception {
    f.cosign(f.log);
    Statement statement =
        Withdrawal.statement(Withdrawal.Kind.RELEASE, f.release.id(), f.now, "sabotage");
    for (Envelope bad :
        List.of(Envelope.sign(statement, SigningKey.generate()), f.sign(statement, "assessor"))) {
      Json.Obj revoke = Json.obj().put("op", "revoke").put("withdrawal", bad.toJson()).build();
      assertEquals("request", assertThrows(Refusal.class, () -> f.server(revoke)).code());
    }
    assertEquals("granted", f.outcome(honest()));
  }

  @Test
  void remembersNoRevocationOfWhatIsNotInTheLog() throws Exception {
    f.cosign(f.log);
    Digest madeUp = Digest.of("some other release");
    assertEquals("request", assertThrows(Refusal.class, () -> f.revoke(madeUp)).code());
    assertEquals(0, f.server(Json.obj().put("op", "status").build()).integer("revoked"));
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
    list(reviewed, contents);
    assertEquals("granted", outcomeOfCommand(reviewed));
    assertEquals("command", outcomeOfCommand(exchanged));
    list(exchanged, contents);
    assertEquals("log", unread());
  }

  @Test
  void aProfileIsSignedWithItsCommandAndNoOtherGetsALease() throws Exception {
    Json.Obj profile = Fortress.json("{\"version\":1,\"limits\":{\"files\":64}}");
    Json.Obj wider = Fortress.json("{\"version\":1,\"limits\":{\"files\":65}}");
    Digest with = withProfile(Optional.of(profile.digest()));
    list(with, Map.of(), Optional.of(profile));
    assertEquals("granted", outcomeOfCommand(with));
    assertEquals("command", outcomeOfCommand(withProfile(Optional.of(wider.digest()))));
    assertEquals("command", outcomeOfCommand(withProfile(Optional.empty())));
    // What is written beside the digest must be what it is of.
    list(with, Map.of(), Optional.of(wider));
    assertEquals("log", unread());
    f.log.leaves.removeLast();
    list(with, Map.of(), Optional.empty());
    assertEquals("log", unread());
  }

  private static Digest withProfile(Optional<Digest> profile) {
    return LeaseRequest.commandDigest(List.of("/opt/x", "{model}"), List.of(), Map.of(), profile);
  }

  private String outcomeOfCommand(Digest command) throws Exception {
    LeaseRequest r = f.leaseRequest(oneTime);
    return outcomeOf(with(r, r.model(), r.manifest(), command));
  }

  private void list(Digest listed, Map<String, Digest> contents) {
    list(listed, contents, Optional.empty());
  }

  private void list(Digest listed, Map<String, Digest> contents, Optional<Json.Obj> profile) {
    Json.Builder files = Json.obj();
    contents.forEach(files::put);
    Json.Builder entry =
        Json.obj()
            .put("digest", listed)
            .put("note", "x")
            .put("command", Json.strings(List.of("/opt/x", "{model}")))
            .put("binds", Json.strings(List.of()))
            .put("contents", files.build());
    profile.ifPresent(p -> entry.put("profile", p));
    Json.Obj list =
        Json.obj()
            .put("version", ++lists)
            .put("commands", Json.arr(List.of(entry.build())))
            .build();
    Statement statement =
        Statement.about("commands", list.digest(), AllowedCommands.PREDICATE_TYPE, list);
    f.set("commands", statement, "sec1", "sec2");
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
    f.cosign(f.log);
    f.set("commands", statement, "sec1");
    assertEquals("log", unread());
    f.log.leaves.removeLast();
    f.set("commands", statement, "sec1", "sec2");
    assertEquals("granted", outcomeOfCommand(command));
    f.stop();
    f.start();
    assertEquals("granted", outcomeOfCommand(command));
    f.set("commands", statement, "sec1", "sec2");
    assertEquals("log", unread(), "an older list");
  }

  @Test
  void refusesAKeyOfAnotherModelOrVersion() throws Exception {
    byte[] other = f.wrap("other", 1);
    Envelope request = honest();
    assertEquals("key", assertThrows(Refusal.class, () -> f.lease(request, other, 1)).code());
    assertEquals("key", assertThrows(Refusal.class, () -> f.lease(request, f.wrapped, 2)).code());
    byte[] cut = Arrays.copyOf(f.wrapped, f.wrapped.length - 1);
    assertEquals("key", assertThrows(Refusal.class, () -> f.lease(request, cut, 1)).code());
    // A refusal uses up nothing: the same request is good for the right key.
    assertEquals("granted", f.outcome(request));
  }

  /** An older keyd/state is put back: keyd reads again what it forgot, before it grants. */
  @Test
  void aRestoredStateReadsTheLogAgain() throws Exception {
    f.cosign(f.log);
    Map<String, byte[]> older = state();
    Envelope withdrawal =
        f.sign(Withdrawal.statement(Withdrawal.Kind.RELEASE, f.release.id(), f.now, "stop"), "aud");
    f.log.add("withdrawn", Fortress.envelope(withdrawal));
    assertEquals("gate", f.outcome(honest()));
    f.stop();
    for (Map.Entry<String, byte[]> file : older.entrySet()) {
      Files.write(f.home.state().resolve(file.getKey()), file.getValue());
    }
    f.start();
    assertEquals("gate", f.outcome(honest()));
  }

  private Map<String, byte[]> state() throws Exception {
    Map<String, byte[]> files = new HashMap<>();
    for (String name : List.of("memory", "excerpt")) {
      files.put(name, Files.readAllBytes(f.home.state().resolve(name)));
    }
    return files;
  }

  @Test
  void aCutOrAlteredExcerptIsAnError() throws Exception {
    f.cosign(f.log);
    f.stop();
    Path excerpt = f.home.excerpt();
    byte[] good = Files.readAllBytes(excerpt);
    for (int at = 0; at < good.length; at += 101) {
      byte[] bad = good.clone();
      bad[at] ^= 1;
      Files.write(excerpt, bad);
      assertThrows(BadInput.class, f::start, "flipped at " + at);
      Files.write(excerpt, Arrays.copyOf(good, at));
      assertThrows(BadInput.class, f::start, "cut at " + at);
    }
    // What lies behind the mark was never relied on: a crash may leave it.
    byte[] more = Arrays.copyOf(good, good.length + 9);
    Files.write(excerpt, more);
    f.start();
    assertEquals("granted", f.outcome(honest()));
  }

  @Test
  void journalsGrantsAndRefusalsWithoutKeys() throws Exception {
    Envelope request = honest();
    f.lease(request);
    f.outcome(request);
    String journal = Files.readString(f.home.journal());
    assertTrue(journal.contains("\"event\":\"lease\""));
    assertTrue(journal.contains("\"code\":\"replay\""));
    assertFalse(journal.contains("\"key\""));
  }
}
