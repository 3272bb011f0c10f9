package dev.sallyport.keyd;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Peer;
import dev.sallyport.core.Refusal;
import dev.sallyport.custody.DataKeys;
import dev.sallyport.custody.RecipientKey;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.LeaseRequest;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Recipient;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.keys.VerifyingKey;
import dev.sallyport.risk.Approval;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.ControlEvidence;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.ReleaseRequest;
import dev.sallyport.risk.Score;
import dev.sallyport.risk.Thresholds;
import dev.sallyport.risk.Zone;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** A real keyd on real sockets, and around it an installation whose server does as a test likes. */
final class Fortress implements AutoCloseable {
  static final Instant START = Instant.parse("2026-11-02T10:00:00Z");
  static final String MODEL = "demo";
  static final Digest MANIFEST = Digest.of("manifest of demo");
  static final String ORIGIN = "test.example/log";

  final Map<String, SigningKey> people = new LinkedHashMap<>();
  final SigningKey serverLog = SigningKey.generate();
  final SigningKey keeper = SigningKey.generate();
  final Home home;
  final Pins pins;
  final TestLog log;
  Instant now = START;
  final Envelope trustRoot;
  Envelope policy;
  Envelope thresholds;
  final List<Envelope> evidence = new ArrayList<>();
  final List<Envelope> approvals = new ArrayList<>();
  final List<Envelope> waivers = new ArrayList<>();
  Envelope release;
  byte[] wrapped;
  Audience audience = Audience.INTERNAL;
  Optional<Digest> resumes = Optional.empty();
  final byte[] dataKey = new byte[32];
  static final Credentials NO_CREDENTIALS = Daemon.NO_CREDENTIALS;
  private final Opener opener;
  private AutoCloseable keyd;
  private int nonces;
  private int requests;

  /** Opens the daemon on what is on disk; the clock is the test's. */
  @FunctionalInterface
  interface Opener {
    AutoCloseable open(Path home, InstantSource clock) throws Exception;
  }

  Fortress(Path dir) throws Exception {
    this(dir, json(Documents.POLICY));
  }

  Fortress(Path dir, Json.Obj policyPredicate) throws Exception {
    this(dir, policyPredicate, Daemon::new);
  }

  Fortress(Path dir, Json.Obj policyPredicate, Opener opener) throws Exception {
    this.opener = opener;
    home = new Home(dir);
    Json.Obj made =
        Ceremony.create(home, new RootKind.File("root.key", false), NO_CREDENTIALS, START);
    trustRoot = trustRoot(made);
    Files.write(home.trustRoot(), trustRoot.toJson().canonical());
    Ceremony.pin(home, START);
    pins = Daemon.withPlainHardware(Pins.read(home.trustRoot(), home.pin()));
    log = new TestLog(ORIGIN, serverLog);
    start();
    log.add("installation.created", Json.obj().put("trustRoot", trustRoot.toJson()).build());
    policy = set("policy", Policy.statement(policyPredicate), "sec1", "sec2");
    thresholds =
        set("thresholds", Thresholds.statement(json(Documents.THRESHOLDS)), "sec1", "sec2");
    seal();
    evaluate("0.1", START.plus(Duration.ofDays(30)));
    control();
    request();
    approve("sec1");
    activate();
  }

  static Json.Obj json(String text) throws Exception {
    return Json.parse(text).asObject("test");
  }

  private Envelope trustRoot(Json.Obj made) throws Exception {
    List<Person> list = new ArrayList<>();
    person(list, "sys", Role.SYSTEM_ADMIN);
    person(list, "sys2", Role.SYSTEM_ADMIN);
    person(list, "sec1", Role.SECURITY_ADMIN);
    person(list, "sec2", Role.SECURITY_ADMIN);
    person(list, "aud", Role.AUDIT_ADMIN);
    person(list, "assessor", Role.ASSESSOR);
    Json.Obj predicate =
        TrustRoot.predicate(
            ORIGIN,
            1,
            list,
            serverLog.verifyingKey(),
            VerifyingKey.fromSpki(made.base64("witness")),
            VerifyingKey.fromSpki(made.base64("keyd")),
            keeper.verifyingKey(),
            made.string("recipient"));
    Statement statement =
        Statement.about("trust-root", predicate.digest(), TrustRoot.PREDICATE_TYPE, predicate);
    return Envelope.sign(statement, people.values().toArray(new SigningKey[0]));
  }

  private void person(List<Person> list, String name, Role role) {
    SigningKey key = SigningKey.generate();
    people.put(name, key);
    list.add(new Person(name, role, key.verifyingKey()));
  }

  Envelope sign(Statement statement, String... names) {
    SigningKey[] keys = new SigningKey[names.length];
    for (int i = 0; i < names.length; i++) {
      keys[i] = people.get(names[i]);
    }
    return Envelope.sign(statement, keys);
  }

  static Json.Obj envelope(Envelope envelope) {
    return Json.obj().put("envelope", envelope.toJson()).build();
  }

  Envelope set(String document, Statement statement, String... names) {
    Envelope envelope = sign(statement, names);
    log.add(document + ".set", envelope(envelope));
    return envelope;
  }

  private void seal() throws Exception {
    for (int i = 0; i < dataKey.length; i++) {
      dataKey[i] = (byte) (i + 1);
    }
    wrapped = wrap(MODEL, 1);
  }

  byte[] wrap(String model, long version) throws Exception {
    return wrap(model, version, MANIFEST);
  }

  byte[] wrap(String model, long version, Digest manifest) throws Exception {
    Recipient recipient = Recipient.fromHex(pins.root().keydRecipient());
    byte[] context = DataKeys.context(model, version, manifest);
    try (Secret key = Secret.take(dataKey.clone())) {
      return seal(Json.obj()
              .put("op", "wrap")
              .put("model", model)
              .put("version", version)
              .put("manifest", manifest)
              .put("key", recipient.wrap(key, context))
              .build())
          .base64("wrapped");
    }
  }

  void evaluate(String value, Instant validUntil) throws Exception {
    evaluate(value, START, validUntil);
  }

  void evaluate(String value, Instant observed, Instant validUntil) throws Exception {
    addEvidence(evaluation(value, observed, validUntil));
  }

  Statement evaluation(String value, Instant observed, Instant validUntil) throws Exception {
    Score score = Score.parse(value);
    Evaluation e =
        new Evaluation(
            MODEL,
            MANIFEST,
            "cyber",
            "rate",
            score,
            score,
            score,
            100,
            observed,
            validUntil,
            new Evaluation.Source("json", "results.json", Digest.of("results")),
            "");
    return e.statement();
  }

  private void control() {
    control(START.plus(Duration.ofDays(20)));
  }

  void control(Instant validUntil) {
    addEvidence(control("sealed", true, START, validUntil));
  }

  Statement control(String id, boolean effective, Instant observed, Instant validUntil) {
    return new ControlEvidence(
            ControlEvidence.INSTALLATION, pins.root().id(), id, effective, observed, validUntil, "")
        .statement();
  }

  void addEvidence(Statement statement) {
    Envelope envelope = sign(statement, "assessor");
    log.add("evidence.added", envelope(envelope));
    evidence.add(envelope);
  }

  void request() throws Exception {
    request(audience, Zone.GREEN);
  }

  void request(Audience audience, Zone zone) throws Exception {
    TreeSet<Digest> ids = new TreeSet<>();
    evidence.forEach(e -> ids.add(e.id()));
    ReleaseRequest request =
        new ReleaseRequest(
            MODEL,
            MANIFEST,
            audience,
            zone,
            new TreeMap<>(Map.of("cyber", zone)),
            ids,
            new TreeSet<>(waivers.stream().map(Envelope::id).toList()),
            resumes,
            ReleaseRequest.Pin.of(Thresholds.read(thresholds.unverifiedStatement().predicate())),
            ReleaseRequest.Pin.of(Policy.read(policy.unverifiedStatement().predicate())),
            pins.root().id(),
            now,
            START.plus(Duration.ofDays(10)).minusSeconds(requests++));
    release = sign(request.statement(), "sys");
    log.add("release.requested", envelope(release));
    approvals.clear();
  }

  Envelope approve(String name) {
    Envelope approval =
        sign(Approval.statement(release.id(), name, now, START.plus(Duration.ofDays(5))), name);
    log.add("release.approved", envelope(approval));
    approvals.add(approval);
    return approval;
  }

  void activate() {
    log.add(
        "release.activated",
        Json.obj().put("release", release.id()).put("reason", "approved by quorum").build());
  }

  /** Opens the daemon on what is on disk, as {@link Main} does. */
  void start() throws Exception {
    keyd = opener.open(home.root(), () -> now);
  }

  void stop() throws Exception {
    keyd.close();
  }

  private Json.Obj ask(String socket, Json.Obj request) throws Exception {
    return new Peer(home.run().resolve(socket), Duration.ofSeconds(20)).ask(request);
  }

  Json.Obj server(Json.Obj request) throws Exception {
    return ask("keyd/witness.sock", request);
  }

  Json.Obj seal(Json.Obj request) throws Exception {
    return ask("keyd-seal/seal.sock", request);
  }

  Json.Obj lease(Json.Obj request) throws Exception {
    return ask("keyd-lease/lease.sock", request);
  }

  Json.Obj revoke(Digest release) throws Exception {
    return server(
        Json.obj().put("op", "revoke").put("release", release).put("reason", "alert").build());
  }

  /** Has the log's present checkpoint cosigned and returns the note with both signatures. */
  String cosign(TestLog log) throws Exception {
    long old = server(Json.obj().put("op", "status").build()).integer("size");
    return cosign(log, (int) old);
  }

  String cosign(TestLog log, int old) throws Exception {
    String note = log.signedCheckpoint();
    Json.Obj request =
        Json.obj()
            .put("op", "witness")
            .put("old", old)
            .put("proof", log.consistency(Math.min(old, log.leaves.size())))
            .put("entries", log.entries(old))
            .put("checkpoint", note)
            .build();
    return note + server(request).string("cosignature");
  }

  String nonce() {
    return HexFormat.of().toHexDigits(0L) + HexFormat.of().toHexDigits((long) ++nonces);
  }

  LeaseRequest leaseRequest(RecipientKey recipient) {
    return new LeaseRequest(
        MODEL,
        MANIFEST,
        release.id(),
        recipient.recipient().hex(),
        keeper.verifyingKey().id(),
        "host",
        LeaseRequest.embeddedDigest(),
        nonce(),
        now,
        Optional.empty());
  }

  /** What an honest server does with a request: log the intent, have it read and cosigned. */
  Envelope intend(Envelope request) throws Exception {
    log.add("lease.intended", Json.obj().put("request", request.toJson()).build());
    cosign(log);
    return request;
  }

  Json.Obj lease(Envelope request) throws Exception {
    return lease(request, wrapped, 1);
  }

  Json.Obj lease(Envelope request, byte[] wrapped, long version) throws Exception {
    return lease(
        Json.obj()
            .put("op", "lease")
            .put("request", request.toJson())
            .put("wrapped", Base64.getEncoder().encodeToString(wrapped))
            .put("version", version)
            .build());
  }

  /** The code of the refusal, or {@code granted}. */
  String outcome(Envelope request) throws Exception {
    try {
      lease(request);
      return "granted";
    } catch (Refusal refusal) {
      return refusal.code();
    }
  }

  @Override
  public void close() throws Exception {
    keyd.close();
  }
}
