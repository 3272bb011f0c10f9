package dev.sallyport.risk;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.Signed;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** A small installation with people who sign, for tests. */
final class Installation {
  static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
  static final Digest MODEL = Digest.of("a model");

  final Map<String, SigningKey> keys = new LinkedHashMap<>();
  final TrustRoot root;
  Signed policy;
  Signed thresholds;

  Installation() {
    List<Person> people = new ArrayList<>();
    person(people, "sys", Role.SYSTEM_ADMIN);
    person(people, "sec1", Role.SECURITY_ADMIN);
    person(people, "sec2", Role.SECURITY_ADMIN);
    person(people, "aud", Role.AUDIT_ADMIN);
    person(people, "assessor", Role.ASSESSOR);
    SigningKey process = SigningKey.generate();
    try {
      Json.Obj predicate =
          TrustRoot.predicate(
              "test.example/log",
              1,
              people,
              process.verifyingKey(),
              process.verifyingKey(),
              process.verifyingKey(),
              process.verifyingKey(),
              "00");
      Statement statement =
          Statement.about("trust-root", predicate.digest(), TrustRoot.PREDICATE_TYPE, predicate);
      root = TrustRoot.parse(Envelope.sign(statement, keys.values().toArray(new SigningKey[0])));
    } catch (BadInput e) {
      throw new IllegalStateException(e);
    }
    policy = sign(Documented.policy(), "sec1", "sec2");
    thresholds = sign(Documented.thresholds(), "sec1", "sec2");
  }

  private void person(List<Person> people, String name, Role role) {
    SigningKey key = SigningKey.generate();
    keys.put(name, key);
    people.add(new Person(name, role, key.verifyingKey()));
  }

  Envelope envelope(Statement statement, String... names) {
    SigningKey[] by = new SigningKey[names.length];
    for (int i = 0; i < names.length; i++) {
      by[i] = keys.get(names[i]);
    }
    return Envelope.sign(statement, by);
  }

  Signed sign(Statement statement, String... names) {
    try {
      return root.verify(envelope(statement, names));
    } catch (BadInput e) {
      throw new IllegalStateException(e);
    }
  }

  static Evaluation evaluation(String area, String value) {
    return evaluation(area, value, 100, START, START.plusSeconds(30 * 86_400L));
  }

  static Evaluation evaluation(
      String area, String value, long samples, Instant observed, Instant validUntil) {
    Score score = score(value);
    return new Evaluation(
        "m",
        MODEL,
        area,
        "rate",
        score,
        score,
        score,
        samples,
        observed,
        validUntil,
        new Evaluation.Source("json", "results.json", Digest.of("results")),
        "");
  }

  static Score score(String text) {
    try {
      return Score.parse(text);
    } catch (BadInput e) {
      throw new IllegalArgumentException(e);
    }
  }

  ControlEvidence control(String id, boolean effective) {
    return new ControlEvidence(
        ControlEvidence.INSTALLATION,
        root.id(),
        id,
        effective,
        START,
        START.plusSeconds(20 * 86_400L),
        "");
  }

  Signed evidence(Evidence e) {
    return sign(e.statement(), "assessor");
  }

  /** Evidence that is good enough for everything. */
  List<Signed> goodEvidence() {
    List<Signed> all = new ArrayList<>();
    all.add(evidence(evaluation("cyber", "0.1")));
    all.add(evidence(evaluation("bio", "0.1")));
    all.add(evidence(control("sealed", true)));
    all.add(evidence(control("drill", true)));
    return all;
  }

  ReleaseRequest request(Audience audience, Zone cyber, Zone bio, List<Signed> evidence) {
    TreeSet<Digest> ids = new TreeSet<>();
    evidence.forEach(e -> ids.add(e.id()));
    return request(audience, cyber, bio, ids, new TreeSet<>());
  }

  ReleaseRequest request(
      Audience audience,
      Zone cyber,
      Zone bio,
      SortedSet<Digest> evidence,
      SortedSet<Digest> waivers) {
    SortedMap<String, Zone> areas = new TreeMap<>(Map.of("cyber", cyber, "bio", bio));
    try {
      return new ReleaseRequest(
          "m",
          MODEL,
          audience,
          ReleaseRequest.worst(areas),
          areas,
          evidence,
          waivers,
          Optional.empty(),
          ReleaseRequest.Pin.of(Thresholds.parse(thresholds)),
          ReleaseRequest.Pin.of(Policy.parse(policy)),
          root.id(),
          START,
          START.plusSeconds(10 * 86_400L));
    } catch (BadInput e) {
      throw new IllegalStateException(e);
    }
  }

  Signed approval(Signed request, String by) {
    return approval(request, by, START, START.plusSeconds(5 * 86_400L));
  }

  Signed approval(Signed request, String by, Instant approved, Instant expires) {
    return sign(Approval.statement(request.id(), by, approved, expires), by);
  }

  ReleaseFile file(Signed request, List<Signed> evidence, List<Signed> approvals) {
    return file(request, evidence, approvals, List.of(), nothing());
  }

  ReleaseFile file(
      Signed request,
      List<Signed> evidence,
      List<Signed> approvals,
      List<Signed> waivers,
      Circumstances log) {
    try {
      List<Attested> attested = new ArrayList<>();
      for (Signed e : evidence) {
        attested.add(Attested.parse(e));
      }
      List<Approval> given = new ArrayList<>();
      for (Signed a : approvals) {
        given.add(Approval.parse(a));
      }
      List<Waiver> waived = new ArrayList<>();
      for (Signed w : waivers) {
        waived.add(Waiver.parse(w));
      }
      return new ReleaseFile(
          root,
          Policy.enacted(policy),
          Thresholds.enacted(thresholds),
          Requested.parse(request),
          attested,
          given,
          waived,
          log);
    } catch (BadInput e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** A log that holds nothing besides, of a release that is in force. */
  static Circumstances nothing() {
    return withdrawn(Set.of());
  }

  static Circumstances withdrawn(Set<Digest> ids) {
    return new Circumstances(ids, List.of(), Set.of(), new Circumstances.Step.Taken());
  }
}
