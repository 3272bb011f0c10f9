package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.keys.VerifyingKey;
import dev.sallyport.release.Defaults;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Thresholds;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes all keys, has everyone sign the trust root, and pins it in keyd. Built beside the home and
 * renamed into place at the end, so that an interrupted ceremony leaves no half installation.
 */
final class Ceremony {
  private static final int MAX_PEM = 1 << 20;

  /** When the shipped register of risks is first to be looked at again. */
  private static final int REVIEW_DAYS = 180;

  private static final List<String> DIRECTORIES =
      List.of(
          "people",
          "server/tls",
          "vault",
          "run/server",
          "run/keyd",
          "run/keyd-seal",
          "run/keyd-lease",
          "run/keeper",
          "run/models");

  /** A person to be. */
  record Member(String name, Role role) {}

  /** A certificate chain and its PKCS #8 key, PEM files. */
  record Certificate(Path chain, Path key) {}

  /**
   * What goes into the server's configuration, and the first documents of the gate.
   *
   * @param certificate empty: the server makes a self-signed one for {@code hosts}
   */
  record Settings(
      String listen,
      int port,
      List<String> hosts,
      Optional<Certificate> certificate,
      Json.Obj policy,
      Json.Obj thresholds) {
    Json.Obj toJson() {
      return Json.obj()
          .put("listen", listen)
          .put("port", port)
          .put("hosts", Json.strings(hosts))
          .build();
    }
  }

  private final OpeningWing wing;
  private final List<Member> members;
  private final Settings settings;
  private final @Nullable Path passphrase;
  private final RootKeyPlace place;

  Ceremony(
      Dist dist,
      List<Member> members,
      Settings settings,
      @Nullable Path passphrase,
      RootKeyPlace place) {
    this.place = place;
    this.wing = new OpeningWing(dist);
    this.members = List.copyOf(members);
    this.settings = settings;
    this.passphrase = passphrase;
  }

  /** Makes the installation; answers who is in it. */
  Json.Obj hold(Home home) throws Failure, IOException, BadInput, InterruptedException {
    try (Scaffold scaffold = Scaffold.beside(home.path())) {
      for (String directory : DIRECTORIES) {
        scaffold.directory(directory);
      }
      List<SigningKey> keys = new ArrayList<>();
      List<Person> people = people(scaffold, keys);
      SigningKey log = SigningKey.generate();
      log.write(scaffold.path().resolve("server/log.key"));
      Envelope root = trustRoot(scaffold, people, keys, log.verifyingKey());
      scaffold.file("trust-root.json", root.toJson().canonical());
      wing.pin(scaffold.path());
      scaffold.file("server/genesis.json", genesis(root, people, keys).canonical());
      scaffold.file(
          Home.RISK_REGISTER,
          Defaults.registerFile(LocalDate.now(ZoneOffset.UTC).plusDays(REVIEW_DAYS)));
      scaffold.file(
          RootKeyPlaces.FILE, new RootKeyPlaces(List.of(place), List.of()).toJson().canonical());
      scaffold.file("server/config.json", settings.toJson().canonical());
      if (settings.certificate().isPresent()) {
        Certificate own = settings.certificate().get();
        scaffold.file("server/tls/cert.pem", Bounded.read(own.chain(), MAX_PEM));
        scaffold.file("server/tls/key.pem", Bounded.read(own.key(), MAX_PEM));
      }
      scaffold.become(home.path());
      return summary(home, root, people);
    }
  }

  private List<Person> people(Scaffold scaffold, List<SigningKey> keys) throws IOException {
    List<Person> people = new ArrayList<>();
    for (Member member : members) {
      SigningKey key = SigningKey.generate();
      key.write(scaffold.path().resolve("people").resolve(member.name() + ".key"));
      keys.add(key);
      people.add(new Person(member.name(), member.role(), key.verifyingKey()));
    }
    return people;
  }

  private Envelope trustRoot(
      Scaffold scaffold, List<Person> people, List<SigningKey> keys, VerifyingKey log)
      throws Failure, IOException, BadInput, InterruptedException {
    OpeningWing.KeydKeys keyd = wing.keyd(scaffold.path(), passphrase, place);
    VerifyingKey keeper = wing.keeper(scaffold.path());
    byte[] unique = new byte[16];
    new SecureRandom().nextBytes(unique);
    String origin = "sallyport.dev/installation/" + HexFormat.of().formatHex(unique);
    Json.Obj predicate =
        TrustRoot.predicate(
            origin, 1, people, log, keyd.witness(), keyd.lease(), keeper, keyd.recipient());
    Statement statement =
        Statement.about("trust-root", predicate.digest(), TrustRoot.PREDICATE_TYPE, predicate);
    Envelope signed = Envelope.sign(statement, keys.toArray(SigningKey[]::new));
    TrustRoot.parse(signed);
    return signed;
  }

  /** What the server writes as the first entries of its log. */
  private Json.Obj genesis(Envelope root, List<Person> people, List<SigningKey> keys)
      throws BadInput {
    List<SigningKey> admins = new ArrayList<>();
    for (int i = 0; i < people.size(); i++) {
      if (people.get(i).role() == Role.SECURITY_ADMIN) {
        admins.add(keys.get(i));
      }
    }
    SigningKey[] signers = admins.toArray(SigningKey[]::new);
    return Json.obj()
        .put("trustRoot", root.toJson())
        .put("policy", Envelope.sign(Policy.statement(settings.policy()), signers).toJson())
        .put(
            "thresholds",
            Envelope.sign(Thresholds.statement(settings.thresholds()), signers).toJson())
        .build();
  }

  private static Json.Obj summary(Home home, Envelope root, List<Person> people) {
    List<Json> list = new ArrayList<>();
    for (Person p : people) {
      list.add(
          Json.obj()
              .put("name", p.name())
              .put("role", p.role().label())
              .put("key", home.people().resolve(p.name() + ".key").toString())
              .build());
    }
    return Json.obj()
        .put("home", home.path().toString())
        .put("trustRoot", root.id())
        .put("people", Json.arr(list))
        .build();
  }
}
