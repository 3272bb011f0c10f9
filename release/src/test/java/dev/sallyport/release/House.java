package dev.sallyport.release;

import dev.sallyport.audit.AuditFailure;
import dev.sallyport.audit.Entry;
import dev.sallyport.audit.Receipt;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.risk.Approval;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.ControlEvidence;
import dev.sallyport.risk.Criterion;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.Evidence;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Score;
import dev.sallyport.risk.State;
import dev.sallyport.risk.Thresholds;
import dev.sallyport.risk.Withdrawal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An installation with the shipped documents, a clock to set and a log in memory, for tests. */
final class House implements Ledger {
  static final Digest MODEL = Digest.of("a model");
  static final Duration DAY = Duration.ofDays(1);

  final Map<String, SigningKey> keys = new HashMap<>();
  final List<Entry> entries = new ArrayList<>();
  final TrustRoot root;
  final SigningKey logKey = SigningKey.generate();
  final SigningKey witnessKey = SigningKey.generate();
  Instant now = Instant.parse("2026-03-01T00:00:00Z");
  Governance governance;
  Ledger ledger = this;

  House() throws Exception {
    List<Person> people = new ArrayList<>();
    person(people, "sys", Role.SYSTEM_ADMIN);
    person(people, "sec1", Role.SECURITY_ADMIN);
    person(people, "sec2", Role.SECURITY_ADMIN);
    person(people, "aud", Role.AUDIT_ADMIN);
    person(people, "assessor", Role.ASSESSOR);
    Json.Obj predicate =
        TrustRoot.predicate(
            "test.example/log",
            1,
            people,
            logKey.verifyingKey(),
            witnessKey.verifyingKey(),
            logKey.verifyingKey(),
            logKey.verifyingKey(),
            "00");
    Statement statement =
        Statement.about("trust-root", predicate.digest(), TrustRoot.PREDICATE_TYPE, predicate);
    Envelope envelope = Envelope.sign(statement, keys.values().toArray(new SigningKey[0]));
    root = TrustRoot.parse(envelope);
    restart();
    enter("installation.created", Json.obj().put("trustRoot", envelope.toJson()).build());
    enter(
        "model.sealed",
        Json.obj().put("model", "m").put("version", 1).put("manifest", MODEL).build());
  }

  /** A governance rebuilt from the log alone. */
  void restart() throws BadInput {
    governance = new Governance(root, () -> now, (type, data) -> ledger.append(type, data));
    for (int i = 0; i < entries.size(); i++) {
      governance.replay(i, entries.get(i));
    }
  }

  @Override
  public Receipt append(String type, Json.Obj data) {
    Entry entry = new Entry(type, now, data);
    entries.add(entry);
    return new Receipt(entries.size() - 1, entry);
  }

  void enter(String type, Json.Obj data) throws BadInput {
    Receipt receipt = append(type, data);
    governance.replay(receipt.index(), receipt.entry());
  }

  private void person(List<Person> people, String name, Role role) {
    SigningKey key = SigningKey.generate();
    keys.put(name, key);
    people.add(new Person(name, role, key.verifyingKey()));
  }

  Envelope sign(Statement statement, String... names) {
    SigningKey[] by = new SigningKey[names.length];
    for (int i = 0; i < names.length; i++) {
      by[i] = keys.get(names[i]);
    }
    return Envelope.sign(statement, by);
  }

  Outcome submit(Statement statement, String... names) throws BadInput, AuditFailure {
    return governance.submit(sign(statement, names));
  }

  /** The shipped documents, with another version and dwell. */
  void documents(long version, long dwellSeconds) throws Exception {
    Map<String, Json> policy = new HashMap<>(Defaults.policy().members());
    policy.put("version", Json.of(version));
    policy.put("dwellSeconds", Json.of(dwellSeconds));
    policy.put("proposedBy", Json.of("sys"));
    submit(Policy.statement(new Json.Obj(policy)), "sec1", "sec2", "aud");
    Map<String, Json> thresholds = new HashMap<>(Defaults.thresholds().members());
    thresholds.put("version", Json.of(version));
    thresholds.put("proposedBy", Json.of("sys"));
    submit(Thresholds.statement(new Json.Obj(thresholds)), "sec1", "sec2", "aud");
  }

  Evaluation evaluation(Criterion c, String value) throws BadInput {
    Score score = Score.parse(value);
    return new Evaluation(
        "m",
        MODEL,
        c.area(),
        c.metric(),
        score,
        score,
        score,
        1000,
        now,
        now.plus(DAY.multipliedBy(60)),
        new Evaluation.Source("json", "r.json", Digest.of("r")),
        "");
  }

  Envelope assess(Evidence evidence) throws Exception {
    Envelope envelope = sign(evidence.statement(), "assessor");
    governance.submit(envelope);
    return envelope;
  }

  /** Evidence for every area, all GREEN. */
  void assessAllGreen() throws Exception {
    for (Criterion c : governance.thresholds().orElseThrow().criteria()) {
      assess(evaluation(c, "0.01"));
    }
  }

  void control(String id, boolean effective) throws Exception {
    control(id, effective, kind(id));
  }

  void control(String id, boolean effective, String kind) throws Exception {
    assess(
        new ControlEvidence(
            ControlEvidence.INSTALLATION,
            root.id(),
            id,
            effective,
            now,
            now.plus(DAY.multipliedBy(60)),
            "",
            kind));
  }

  /** A kind of evidence that the policy in force admits. */
  private String kind(String control) {
    var kinds = governance.policy().orElseThrow().controlRule(control).kinds();
    return kinds.isEmpty() ? ControlEvidence.STATEMENT : kinds.first();
  }

  void allControls() throws Exception {
    for (Audience a : Audience.values()) {
      for (String id :
          governance.policy().orElseThrow().controls(dev.sallyport.risk.Zone.YELLOW, a)) {
        control(id, true);
      }
    }
  }

  /** Requests what is proposed. */
  Outcome request(Audience audience) throws Exception {
    Instant expires = now.plus(DAY.multipliedBy(30));
    return submit(governance.propose("m", audience, expires).statement(), "sys");
  }

  Outcome approve(Digest release, String who) throws Exception {
    return submit(Approval.statement(release, who, now, now.plus(DAY.multipliedBy(20))), who);
  }

  Outcome withdraw(Withdrawal.Kind kind, Digest target, String... who) throws Exception {
    return submit(Withdrawal.statement(kind, target, now, "test"), who);
  }

  static Digest accepted(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Accepted a -> a.id();
      case Outcome.Known k -> throw new AssertionError("known already: " + k.id());
      case Outcome.Refused r -> throw new AssertionError("refused: " + r.reasons());
    };
  }

  State state(Digest release) {
    return governance.show(release).orElseThrow().state();
  }
}
