package dev.sallyport.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustRootTest {
  private static final SigningKey ALICE = SigningKey.generate();
  private static final SigningKey BOB = SigningKey.generate();
  private static final SigningKey MALLORY = SigningKey.generate();

  private final Person alice = new Person("alice", Role.SYSTEM_ADMIN, ALICE.verifyingKey());
  private final Person bob = new Person("bob", Role.SECURITY_ADMIN, BOB.verifyingKey());
  private final Statement claim =
      Statement.about(
          "m", Digest.of("m"), "https://sallyport.dev/test/v1", Json.obj().put("a", 1).build());

  @Test
  void aRootSignedByAllItsPeopleVerifiesTheirStatements() throws Exception {
    TrustRoot root = root(List.of(alice, bob), ALICE, BOB);
    Signed signed = root.verify(parse(Json.toString(Envelope.sign(claim, ALICE, BOB).toJson())));
    assertEquals(List.of(alice, bob), signed.signers());
    assertEquals(claim, signed.statement());
    assertTrue(signed.signedBy(Role.SECURITY_ADMIN));
    assertEquals(Digest.of(claim.payload()), signed.id());
  }

  @Test
  void aRootThatOnePersonDidNotSignIsRefused() {
    BadInput e = assertThrows(BadInput.class, () -> root(List.of(alice, bob), ALICE));
    assertEquals("trust root is signed by 1 of its 2 people", e.getMessage());
  }

  @Test
  void onePersonCannotHoldTwoRolesOrTwoNames() {
    Person again = new Person("alice", Role.AUDIT_ADMIN, BOB.verifyingKey());
    assertThrows(BadInput.class, () -> root(List.of(alice, again), ALICE, BOB));
    Person alias = new Person("alias", Role.AUDIT_ADMIN, ALICE.verifyingKey());
    assertThrows(BadInput.class, () -> root(List.of(alice, alias), ALICE));
  }

  @Test
  void aStrangersSignatureMakesTheWholeEnvelopeBad() throws Exception {
    TrustRoot root = root(List.of(alice, bob), ALICE, BOB);
    assertThrows(BadInput.class, () -> root.verify(Envelope.sign(claim, MALLORY)));
    assertThrows(BadInput.class, () -> root.verify(Envelope.sign(claim, ALICE, MALLORY)));
  }

  @Test
  void signingTwiceIsStillOneSigner() throws Exception {
    TrustRoot root = root(List.of(alice, bob), ALICE, BOB);
    assertEquals(1, root.verify(Envelope.sign(claim, ALICE, ALICE)).signers().size());
  }

  @Test
  void aSignatureUnderAnotherPersonsKeyIdIsRefused() throws Exception {
    TrustRoot root = root(List.of(alice, bob), ALICE, BOB);
    String signed = Json.toString(Envelope.sign(claim, ALICE).toJson());
    String forged = signed.replace(ALICE.verifyingKey().id().hex(), BOB.verifyingKey().id().hex());
    assertThrows(BadInput.class, () -> root.verify(parse(forged)));
  }

  @Test
  void everyFlippedBitOfThePayloadIsRefused() throws Exception {
    TrustRoot root = root(List.of(alice), ALICE);
    Json.Obj good = Envelope.sign(claim, ALICE).toJson();
    byte[] payload = good.base64("payload");
    for (int bit = 0; bit < payload.length * 8; bit++) {
      byte[] bad = payload.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      Json.Obj json =
          Json.obj()
              .put("payloadType", Statement.PAYLOAD_TYPE)
              .put("payload", bad)
              .put("signatures", good.need("signatures"))
              .build();
      assertThrows(BadInput.class, () -> root.verify(Envelope.parse(json)));
    }
  }

  @Test
  void thePayloadTypeIsSignedToo() throws Exception {
    TrustRoot root = root(List.of(alice), ALICE);
    String signed = Json.toString(Envelope.sign(claim, ALICE).toJson());
    String other = signed.replace("vnd.in-toto+json", "json");
    assertThrows(BadInput.class, () -> root.verify(parse(other)));
  }

  @Test
  void preAuthEncodingIsThatOfDsseV1() {
    String pae = new String(Envelope.sign(claim, ALICE).preAuthEncoding(), StandardCharsets.UTF_8);
    int length = claim.payload().length;
    assertTrue(pae.startsWith("DSSEv1 28 application/vnd.in-toto+json " + length + " {"));
  }

  @Test
  void aKeyFileIsReadBackAndIsItsOwnersOnly(@TempDir Path dir) throws Exception {
    Path file = dir.resolve("alice.key");
    ALICE.write(file);
    assertEquals(ALICE.verifyingKey(), SigningKey.read(file).verifyingKey());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertThrows(FileAlreadyExistsException.class, () -> BOB.write(file));
  }

  @Test
  void aKeyFileThatIsNoneOrMixesTwoKeysIsRefused(@TempDir Path dir) throws Exception {
    Path a = dir.resolve("a.key");
    Path b = dir.resolve("b.key");
    ALICE.write(a);
    BOB.write(b);
    String mark = "-----BEGIN PUBLIC";
    String mine = Files.readString(a);
    String theirs = Files.readString(b);
    String mixed = mine.substring(0, mine.indexOf(mark)) + theirs.substring(theirs.indexOf(mark));
    for (String text : List.of("", "hello", mixed, mine.substring(0, 60))) {
      Path bad = Files.writeString(dir.resolve("bad.key"), text);
      assertThrows(BadInput.class, () -> SigningKey.read(bad));
    }
  }

  private static Envelope parse(String json) throws BadInput {
    return Envelope.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  private static TrustRoot root(List<Person> people, SigningKey... signers) throws BadInput {
    List<VerifyingKey> processes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      processes.add(SigningKey.generate().verifyingKey());
    }
    Json.Obj predicate =
        TrustRoot.predicate(
            "test.example/log",
            1,
            people,
            processes.get(0),
            processes.get(1),
            processes.get(2),
            processes.get(3),
            "00");
    Statement statement =
        Statement.about("trust-root", predicate.digest(), TrustRoot.PREDICATE_TYPE, predicate);
    return TrustRoot.parse(Envelope.sign(statement, signers));
  }
}
