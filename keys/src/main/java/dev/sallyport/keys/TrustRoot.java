package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The people and processes of one installation, agreed in the key ceremony and signed by every
 * person in it. keyd pins its {@link #id}; everyone else checks signatures against it.
 *
 * @param origin the log's origin line, unique to this installation
 * @param version counts up from 1; an older version never replaces a newer one
 * @param people everyone whose signature counts
 * @param serverLog the key that signs checkpoints of the log
 * @param witness keyd's key that cosigns checkpoints
 * @param keyd the key that signs leases
 * @param keeper the key that signs lease requests
 * @param keydRecipient keyd's X-Wing public key (1,216 bytes), hex: sealers wrap data keys to it
 */
public record TrustRoot(
    Digest id,
    String origin,
    long version,
    List<Person> people,
    VerifyingKey serverLog,
    VerifyingKey witness,
    VerifyingKey keyd,
    VerifyingKey keeper,
    String keydRecipient) {
  public static final String PREDICATE_TYPE = Statement.OWN + "trust-root/v1";

  private static final int MAX_PEOPLE = 64;

  public TrustRoot {
    people = List.copyOf(people);
  }

  /** The predicate of a trust root to be signed by all its people. */
  public static Json.Obj predicate(
      String origin,
      long version,
      List<Person> people,
      VerifyingKey serverLog,
      VerifyingKey witness,
      VerifyingKey keyd,
      VerifyingKey keeper,
      String keydRecipient) {
    List<Json> list = new ArrayList<>();
    for (Person p : people) {
      list.add(
          Json.obj()
              .put("name", p.name())
              .put("role", p.role().label())
              .put("key", p.key().spki())
              .build());
    }
    return Json.obj()
        .put("origin", origin)
        .put("version", version)
        .put("people", Json.arr(list))
        .put("serverLog", serverLog.spki())
        .put("witness", witness.spki())
        .put("keyd", keyd.spki())
        .put("keeper", keeper.spki())
        .put("keydRecipient", keydRecipient)
        .build();
  }

  /** Reads a trust root and verifies that every person in it has signed it. */
  public static TrustRoot parse(Envelope envelope) throws BadInput {
    Statement statement = envelope.unverifiedStatement();
    requireType(statement, PREDICATE_TYPE);
    TrustRoot root = read(envelope.id(), statement.predicate());
    int signers = root.verify(envelope).signers().size();
    if (signers != root.people.size()) {
      throw new BadInput(
          "trust root is signed by " + signers + " of its " + root.people.size() + " people");
    }
    return root;
  }

  /**
   * Verifies an envelope. Every signature in it must be by a person of this root and must verify;
   * one that does not makes the whole envelope bad.
   */
  public Signed verify(Envelope envelope) throws BadInput {
    byte[] signedBytes = envelope.preAuthEncoding();
    Set<Person> signers = new LinkedHashSet<>();
    for (Envelope.Mark mark : envelope.marks()) {
      Person person =
          personOf(mark.keyId())
              .orElseThrow(() ->
                  new BadInput("key " + mark.keyId().brief() + " is nobody's in the trust root"));
      person.key().verify(signedBytes, mark.signature());
      signers.add(person);
    }
    return new Signed(envelope.id(), envelope.unverifiedStatement(), List.copyOf(signers));
  }

  /** The person with this key. */
  public Optional<Person> personOf(Digest keyId) {
    return people.stream().filter(p -> p.key().id().equals(keyId)).findFirst();
  }

  /** The person of this name. */
  public Optional<Person> person(String name) {
    return people.stream().filter(p -> p.name().equals(name)).findFirst();
  }

  /** Fails unless the statement is of this predicate type. */
  public static void requireType(Statement statement, String predicateType) throws BadInput {
    if (!statement.predicateType().equals(predicateType)) {
      throw new BadInput(
          "predicate type is " + Json.clip(statement.predicateType()) + ", not " + predicateType);
    }
  }

  private static TrustRoot read(Digest id, Json.Obj json) throws BadInput {
    List<Person> people = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Set<Digest> keys = new HashSet<>();
    for (Json.Obj p : json.objects("people")) {
      Person person =
          new Person(
              p.only("name", "role", "key").string("name"),
              Role.parse(p.string("role")),
              VerifyingKey.fromSpki(p.base64("key")));
      // INVARIANT: one person, one key, one role; so distinct signers are distinct people and the
      // three administrators are disjoint (DESIGN §3, trust bootstrap).
      if (!names.add(person.name()) || !keys.add(person.key().id())) {
        throw new BadInput("person \"" + Json.clip(person.name()) + "\" or their key occurs twice");
      }
      people.add(person);
    }
    if (people.isEmpty() || people.size() > MAX_PEOPLE) {
      throw new BadInput(people.size() + " people; 1 to " + MAX_PEOPLE + " are allowed");
    }
    return new TrustRoot(
        id,
        json.string("origin"),
        json.integer("version"),
        people,
        VerifyingKey.fromSpki(json.base64("serverLog")),
        VerifyingKey.fromSpki(json.base64("witness")),
        VerifyingKey.fromSpki(json.base64("keyd")),
        VerifyingKey.fromSpki(json.base64("keeper")),
        json.string("keydRecipient"));
  }
}
