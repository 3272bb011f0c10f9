package dev.sallyport.cli;

import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The people of an installation, who sign what a test gives them. */
final class Signatures {
  private final Map<String, SigningKey> keys = new LinkedHashMap<>();
  final TrustRoot root;

  Signatures() throws Exception {
    List<Person> people = new ArrayList<>();
    person(people, "sys", Role.SYSTEM_ADMIN);
    person(people, "sec1", Role.SECURITY_ADMIN);
    person(people, "sec2", Role.SECURITY_ADMIN);
    person(people, "aud", Role.AUDIT_ADMIN);
    person(people, "assessor1", Role.ASSESSOR);
    SigningKey process = SigningKey.generate();
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
    root =
        TrustRoot.parse(
            Envelope.sign(
                Statement.about(
                    "trust-root", predicate.digest(), TrustRoot.PREDICATE_TYPE, predicate),
                keys.values().toArray(new SigningKey[0])));
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

  /** A version of a document as the server lists it. */
  Json.Obj document(Statement statement) {
    return Json.obj()
        .put("index", 1)
        .put("time", "2026-11-01T00:00:00Z")
        .put("envelope", sign(statement, "sec1", "sec2").toJson())
        .build();
  }
}
