package dev.sallyport.server;

import dev.sallyport.audit.InsecureInProcessWitness;
import dev.sallyport.audit.LogIdentity;
import dev.sallyport.audit.Witness;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Listener;
import dev.sallyport.core.Peer;
import dev.sallyport.core.Refusal;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.LeaseRequest;
import dev.sallyport.keys.ModelScan;
import dev.sallyport.keys.ModelSealed;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.release.Defaults;
import dev.sallyport.risk.Approval;
import dev.sallyport.risk.ControlEvidence;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.ReleaseRequest;
import dev.sallyport.risk.Score;
import dev.sallyport.risk.Thresholds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** An installation for tests: real server and sockets, a small keyd and keeper behind theirs. */
final class Town implements AutoCloseable {
  static final Instant LEASE_END = Instant.parse("2100-01-01T00:00:00Z");
  static final Digest MANIFEST = Digest.of("weights");

  final Map<String, SigningKey> keys = new LinkedHashMap<>();
  final SigningKey keeperKey = SigningKey.generate();
  final List<Json.Obj> revocations = new CopyOnWriteArrayList<>();
  final List<Json.Obj> runs = new CopyOnWriteArrayList<>();
  final TrustRoot root;
  private final Home home;
  private final Peer control;
  private final InsecureInProcessWitness memory;
  private Listener keyd;
  private long cosigned;
  private final Listener keeper;
  private Server server;

  Town(Path dir) throws Exception {
    home = new Home(dir);
    control = new Peer(home.control(), Duration.ofSeconds(20));
    SigningKey log = SigningKey.generate();
    SigningKey witness = SigningKey.generate();
    Files.createDirectories(home.tls());
    log.write(home.logKey());
    Envelope rootEnvelope = trustRoot(log, witness);
    root = TrustRoot.parse(rootEnvelope);
    Files.write(home.trustRoot(), rootEnvelope.toJson().canonical());
    Files.write(home.genesis(), genesis(rootEnvelope).canonical());
    Files.writeString(
        home.config(), "{\"listen\":\"127.0.0.1\",\"port\":0,\"hosts\":[\"127.0.0.1\"]}");
    memory = new InsecureInProcessWitness(LogIdentity.of(root), witness, Clock.systemUTC());
    startKeyd();
    keeper = Listener.open(home.keeper(), Listener.Limits.DEFAULT, this::keeper);
    start();
  }

  private Envelope trustRoot(SigningKey log, SigningKey witness) {
    List<Person> people = new ArrayList<>();
    person(people, "sys", Role.SYSTEM_ADMIN);
    person(people, "sec1", Role.SECURITY_ADMIN);
    person(people, "sec2", Role.SECURITY_ADMIN);
    person(people, "audit", Role.AUDIT_ADMIN);
    person(people, "lab", Role.ASSESSOR);
    Json.Obj predicate =
        TrustRoot.predicate(
            "example.org/town",
            1,
            people,
            log.verifyingKey(),
            witness.verifyingKey(),
            SigningKey.generate().verifyingKey(),
            keeperKey.verifyingKey(),
            "00");
    return Envelope.sign(
        Statement.about("trust-root", predicate.digest(), TrustRoot.PREDICATE_TYPE, predicate),
        keys.values().toArray(SigningKey[]::new));
  }

  private void person(List<Person> people, String name, Role role) {
    SigningKey key = SigningKey.generate();
    keys.put(name, key);
    people.add(new Person(name, role, key.verifyingKey()));
  }

  private Json.Obj genesis(Envelope rootEnvelope) throws Exception {
    SigningKey[] admins = {keys.get("sec1"), keys.get("sec2")};
    return Json.obj()
        .put("trustRoot", rootEnvelope.toJson())
        .put("policy", Envelope.sign(Policy.statement(Defaults.policy()), admins).toJson())
        .put(
            "thresholds",
            Envelope.sign(Thresholds.statement(Defaults.thresholds()), admins).toJson())
        .build();
  }

  void start() throws Exception {
    server = Server.start(home, Clock.systemUTC());
  }

  void stop() throws Exception {
    server.close();
  }

  void startKeyd() throws Exception {
    keyd = Listener.open(home.witness(), Listener.Limits.DEFAULT, this::keyd);
  }

  void stopKeyd() throws Exception {
    keyd.close();
  }

  private void keyd(Json.Obj request, Listener.Exchange out) throws IOException, BadInput {
    switch (request.string("op")) {
      case "witness" -> out.ok(cosign(request));
      case "revoke" -> {
        revocations.add(request);
        out.ok(Json.obj().build());
      }
      case "status" -> out.ok(Json.obj().put("size", cosigned).build());
      default -> out.ok(Json.obj().build());
    }
  }

  private Json.Obj cosign(Json.Obj request) throws BadInput {
    List<Digest> proof = new ArrayList<>();
    for (String hash : request.strings("proof")) {
      proof.add(Digest.fromBytes(Base64.getDecoder().decode(hash)));
    }
    List<byte[]> entries = new ArrayList<>();
    for (String entry : request.strings("entries")) {
      entries.add(Base64.getDecoder().decode(entry));
    }
    String note = request.string("checkpoint");
    return switch (memory.cosign(request.integer("old"), proof, entries, note)) {
      case Witness.Answer.Cosigned c -> {
        cosigned = request.integer("old") + entries.size();
        yield Json.obj().put("cosignature", c.signatureLine()).build();
      }
      case Witness.Answer.Conflict c -> throw new IllegalStateException("conflict " + c.size());
      case Witness.Answer.Refused r -> throw new IllegalStateException(r.message());
    };
  }

  private void keeper(Json.Obj request, Listener.Exchange out) throws IOException, BadInput {
    switch (request.string("op")) {
      case "run" -> {
        runs.add(request);
        out.ok(
            Json.obj()
                .put("state", "running")
                .put("lease", "l")
                .put("notAfter", Instant.now().plusSeconds(60))
                .build());
      }
      case "status" -> {
        List<Json> models = new ArrayList<>();
        for (Json.Obj run : runs) {
          models.add(
              Json.obj()
                  .put("model", run.string("model"))
                  .put("version", 1)
                  .put("release", run.string("release"))
                  .put("state", "running")
                  .put("notAfter", LEASE_END)
                  .put("attestation", Json.arr(List.of(Json.obj().put("type", "none").build())))
                  .build());
        }
        out.ok(Json.obj().put("models", Json.arr(models)).build());
      }
      default -> out.ok(Json.obj().build());
    }
  }

  Json.Obj ask(String op, Json.Builder members) throws Exception {
    return control.ask(members.put("op", op).build());
  }

  Json.Obj ask(String op) throws Exception {
    return ask(op, Json.obj());
  }

  Json.Obj submit(Envelope envelope) throws Exception {
    return ask("submit", Json.obj().put("envelope", envelope.toJson()));
  }

  /** The code of the refusal, or empty if it was accepted. */
  Optional<String> refusal(Envelope envelope) throws Exception {
    try {
      submit(envelope);
      return Optional.empty();
    } catch (Refusal e) {
      return Optional.of(e.code());
    }
  }

  Envelope command(String signer, String name, Json.Obj arguments, Instant at, String nonce) {
    Json.Obj predicate =
        Json.obj()
            .put("command", name)
            .put("arguments", arguments)
            .put("at", at)
            .put("nonce", nonce.repeat(32))
            .build();
    return Envelope.sign(
        Statement.about("installation", root.id(), Command.PREDICATE_TYPE, predicate),
        keys.get(signer));
  }

  void seal(long version) throws Exception {
    seal(version, "sys");
  }

  void seal(long version, String signer) throws Exception {
    ModelScan clean = new ModelScan(Digest.of("rules"), 0, 0, List.of());
    seal(version, signer, Optional.of(clean));
  }

  void seal(long version, String signer, Optional<ModelScan> scan) throws Exception {
    ModelSealed model = new ModelSealed("m", MANIFEST, version, Digest.of("header"), 1, 10, scan);
    Envelope envelope = Envelope.sign(model.statement(), keys.get(signer));
    ask("log.sealed", Json.obj().put("envelope", envelope.toJson()));
  }

  /** Evidence that makes the model GREEN with the controls that INTERNAL needs. */
  void assess() throws Exception {
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    Instant until = now.plus(Duration.ofDays(10));
    for (Json.Obj area : ask("areas").objects("areas")) {
      Evaluation e =
          new Evaluation(
              "m",
              MANIFEST,
              area.string("area"),
              area.string("metric"),
              Score.parse("0.01"),
              Score.parse("0.01"),
              Score.parse("0.01"),
              1000,
              now,
              until,
              new Evaluation.Source("stated", "test", Digest.of("x")),
              "");
      submit(Envelope.sign(e.statement(), keys.get("lab")));
    }
    Map<String, String> kinds =
        Map.of(
            "weights-sealed", "assessment",
            "log-witnessed", "assessment",
            "isolation-drill", "drill");
    for (Map.Entry<String, String> k : kinds.entrySet()) {
      ControlEvidence c =
          new ControlEvidence("m", MANIFEST, k.getKey(), true, now, until, "", k.getValue());
      submit(Envelope.sign(c.statement(), keys.get("lab")));
    }
  }

  /** Requests the release to INTERNAL; answers its id. */
  Digest request() throws Exception {
    Json.Obj proposal =
        ask("propose", Json.obj().put("model", "m").put("audience", "INTERNAL").put("days", 5));
    Envelope request =
        Envelope.sign(
            Statement.about(
                "m", MANIFEST, ReleaseRequest.PREDICATE_TYPE, proposal.object("predicate")),
            keys.get("sys"));
    submit(request);
    return request.id();
  }

  Json.Obj approve(Digest release, String who) throws Exception {
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    return submit(
        Envelope.sign(
            Approval.statement(release, who, now, now.plus(Duration.ofDays(2))), keys.get(who)));
  }

  Envelope leaseRequest(Digest release) {
    LeaseRequest request =
        new LeaseRequest(
            "m",
            MANIFEST,
            release,
            "00",
            keeperKey.verifyingKey().id(),
            "host",
            LeaseRequest.embeddedDigest(),
            "0".repeat(32),
            Instant.now(),
            Optional.empty());
    return Envelope.sign(request.statement(), keeperKey);
  }

  @Override
  public void close() throws Exception {
    server.close();
    keyd.close();
    keeper.close();
  }
}
