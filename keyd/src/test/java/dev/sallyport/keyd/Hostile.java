package dev.sallyport.keyd;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Peer;
import dev.sallyport.core.Wire;
import dev.sallyport.custody.DataKeys;
import dev.sallyport.custody.RecipientKey;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Lease;
import dev.sallyport.keys.LeaseRequest;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.risk.Approval;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.ReleaseRequest;
import dev.sallyport.risk.Withdrawal;
import dev.sallyport.risk.Zone;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * The server in the hands of an attacker, against a real keyd: the server's log key and log, its
 * files, its messages in any order, and keyd's clock and disk where an attack is about these. The
 * keeper is honest: it signs what it is told to run, and nothing else.
 */
final class Hostile implements AutoCloseable {
  final Fortress f;
  final SigningKey stranger = SigningKey.generate();

  /** The keeper's key for this lease; what it opens is what the attacker was after. */
  final RecipientKey oneTime = RecipientKey.generate();

  Hostile(Path dir, Fortress.Opener opener) throws Exception {
    f = new Fortress(dir, Fortress.json(Documents.POLICY), opener);
  }

  /** What a keeper asks for. */
  static final class Ask {
    private final LeaseRequest r;
    String model;
    Digest manifest;
    Digest command;
    Instant at;
    String recipient;
    String nonce;
    List<Json.Obj> attestation = List.of();

    private Ask(LeaseRequest r) {
      this.r = r;
      this.model = r.model();
      this.manifest = r.manifest();
      this.command = r.command();
      this.at = r.at();
      this.recipient = r.recipient();
      this.nonce = r.nonce();
    }

    LeaseRequest request() {
      return new LeaseRequest(
          model,
          manifest,
          r.release(),
          recipient,
          r.keeper(),
          r.host(),
          command,
          nonce,
          at,
          Optional.empty(),
          attestation);
    }
  }

  /** Changes a request before it is signed. */
  interface Wish {
    void on(Ask ask);
  }

  LeaseRequest ask() {
    return f.leaseRequest(oneTime);
  }

  Envelope asked() {
    return signed(ask());
  }

  Ask copy(LeaseRequest request) {
    return new Ask(request);
  }

  Envelope asked(Wish wish) {
    Ask ask = new Ask(ask());
    wish.on(ask);
    return signed(ask.request());
  }

  Envelope signed(LeaseRequest request) {
    return Envelope.sign(request.statement(), f.keeper);
  }

  /** Asks keyd for a lease as an honest server does: the intent is logged, read and cosigned. */
  Attempt lease() {
    return lease(ask -> {});
  }

  Attempt lease(Wish wish) {
    Envelope request = asked(wish);
    return () -> takes(f.intend(request));
  }

  /** Logs the intent, without asking keyd for anything. */
  int intend(Envelope request) {
    return f.log.add("lease.intended", Json.obj().put("request", request.toJson()).build());
  }

  void filler() {
    f.log.add("other", Json.obj().build());
  }

  /** Asks for the lease; true if the key came out. */
  boolean takes(Envelope request) throws Exception {
    return opens(f.lease(request));
  }

  boolean takes(Envelope request, byte[] wrapped) throws Exception {
    return opens(f.lease(request, wrapped, 1));
  }

  /** Logs a request of the system administrator's like the one that is there, for another model. */
  Envelope requests(
      String model,
      Digest manifest,
      Audience audience,
      SortedMap<String, Zone> areas,
      SortedSet<Digest> evidence)
      throws BadInput {
    ReleaseRequest r = ReleaseRequest.parse(f.pins.root().verify(f.release));
    ReleaseRequest other =
        new ReleaseRequest(
            model,
            manifest,
            audience,
            ReleaseRequest.worst(areas),
            areas,
            evidence,
            r.waivers(),
            r.resumes(),
            r.thresholds(),
            r.policy(),
            r.trustRoot(),
            r.requested(),
            r.expires());
    Envelope signed = f.sign(other.statement(), "sys");
    f.log.add("release.requested", Fortress.envelope(signed));
    return signed;
  }

  /** The key is given for what is there now: keyd has judged that the release is in force. */
  void isInForce() throws Exception {
    if (!takes(f.intend(asked()))) {
      throw new IllegalStateException("the release is not in force");
    }
  }

  /** Has a checkpoint cosigned, with entries that the attacker chooses. */
  void witness(TestLog log, int old, List<byte[]> entries) throws Exception {
    Json.Arr shown =
        Json.strings(entries.stream().map(Base64.getEncoder()::encodeToString).toList());
    f.server(
        Json.obj()
            .put("op", "witness")
            .put("old", old)
            .put("proof", log.consistency(Math.min(old, log.leaves.size())))
            .put("entries", shown)
            .put("checkpoint", log.signedCheckpoint())
            .build());
  }

  boolean opens(Json.Obj answer) throws Exception {
    return opens(answer, oneTime);
  }

  boolean opens(Json.Obj answer, RecipientKey recipient) throws Exception {
    Envelope envelope = Envelope.parse(answer.object("lease"));
    Lease lease = Lease.parse(envelope.statementBy(f.pins.root().keyd()));
    return opens(answer.base64("key"), recipient, DataKeys.leaseContext(lease.id()));
  }

  boolean opens(byte[] key, RecipientKey recipient, byte[] context) throws Exception {
    try (Secret opened = recipient.unwrap(key, context)) {
      return opened.<Boolean, RuntimeException>use(bytes -> Arrays.equals(bytes, f.dataKey));
    }
  }

  /** An envelope that says it is signed with the key of {@code victim}; the stranger signed it. */
  Envelope forged(Statement statement, SigningKey victim) throws Exception {
    return relabelled(Envelope.sign(statement, stranger), victim);
  }

  static Envelope relabelled(Envelope signed, SigningKey victim) throws Exception {
    Json.Obj json = signed.toJson();
    String signature = json.objects("signatures").getFirst().string("sig");
    Json.Obj mark =
        Json.obj().put("keyid", victim.verifyingKey().id()).put("sig", signature).build();
    return resigned(json, Json.arr(List.of(mark)));
  }

  /** Other bytes under the signatures of {@code signed}. */
  static Envelope altered(Envelope signed, Statement statement) throws Exception {
    Json.Obj json = signed.toJson();
    Json.Obj other =
        Json.obj()
            .put("payloadType", json.string("payloadType"))
            .put("payload", statement.payload())
            .build();
    return resigned(other, json.need("signatures"));
  }

  private static Envelope resigned(Json.Obj payload, Json signatures) throws BadInput {
    return Envelope.parse(
        Json.obj()
            .put("payloadType", payload.string("payloadType"))
            .put("payload", payload.string("payload"))
            .put("signatures", signatures)
            .build());
  }

  /** A trust root that names keyd's own keys and, else, the attacker's people and processes. */
  Envelope trustRootOfStrangers() {
    TrustRoot own = f.pins.root();
    SigningKey[] keys = {SigningKey.generate(), SigningKey.generate(), SigningKey.generate()};
    List<Person> people =
        List.of(
            new Person("sys", Role.SYSTEM_ADMIN, keys[0].verifyingKey()),
            new Person("sec1", Role.SECURITY_ADMIN, keys[1].verifyingKey()),
            new Person("sec2", Role.SECURITY_ADMIN, keys[2].verifyingKey()));
    Json.Obj predicate =
        TrustRoot.predicate(
            own.origin(),
            2,
            people,
            stranger.verifyingKey(),
            own.witness(),
            own.keyd(),
            stranger.verifyingKey(),
            own.keydRecipient());
    return Envelope.sign(
        Statement.about("trust-root", predicate.digest(), TrustRoot.PREDICATE_TYPE, predicate),
        keys);
  }

  Statement approval(String name) {
    return approval(name, Duration.ofDays(5));
  }

  Statement approval(String name, Duration life) {
    return Approval.statement(f.release.id(), name, Fortress.START, Fortress.START.plus(life));
  }

  /** Logs an approval and puts it into the bundle, whatever it is. */
  void approves(Envelope approval) {
    f.log.add("release.approved", Fortress.envelope(approval));
    f.approvals.add(approval);
  }

  /** Logs that a person withdraws; keyd is not told otherwise. */
  void logWithdrawal(Withdrawal.Kind kind, Digest target, String name) {
    Envelope withdrawal = f.sign(Withdrawal.statement(kind, target, f.now, "no more"), name);
    f.log.add("withdrawn", Fortress.envelope(withdrawal));
  }

  /** Takes the last entry out of the log before anybody has seen it. */
  void unlogged() {
    unlogged(1);
  }

  void unlogged(int entries) {
    int size = f.log.leaves.size();
    f.log.leaves.subList(size - entries, size).clear();
  }

  /** A person withdraws, and keyd is told. */
  void withdraw(Withdrawal.Kind kind, Digest target, String name) throws Exception {
    Envelope withdrawal = f.sign(Withdrawal.statement(kind, target, f.now, "no more"), name);
    f.server(Json.obj().put("op", "revoke").put("withdrawal", withdrawal.toJson()).build());
  }

  /** Puts another value into a file of keyd's state while keyd is not running. */
  void rewriteMemory(String member, Json value) throws Exception {
    f.stop();
    Map<String, Json> changed = new LinkedHashMap<>(f.home.memory().load().members());
    changed.put(member, value);
    f.home.memory().store(new Json.Obj(changed));
    f.start();
  }

  /** Sends a frame of any length on the lease socket and reads the answer. */
  Json.Obj frame(Json.Obj message, int length) throws Exception {
    byte[] body = Arrays.copyOf(message.canonical(), length);
    Arrays.fill(body, message.canonical().length, length, (byte) ' ');
    ByteBuffer frame = ByteBuffer.allocate(4 + length).putInt(length).put(body).flip();
    Path socket = f.home.run().resolve("keyd-lease/lease.sock");
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      while (frame.hasRemaining()) {
        channel.write(frame);
      }
      return Peer.answer(Wire.read(channel));
    }
  }

  List<Json.Obj> journal() throws Exception {
    List<Json.Obj> lines = new ArrayList<>();
    for (String line : Files.readAllLines(f.home.journal())) {
      lines.add(Json.parseObject(line.getBytes(UTF_8)));
    }
    return lines;
  }

  @Override
  public void close() throws Exception {
    f.close();
    oneTime.close();
  }
}
