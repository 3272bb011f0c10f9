package dev.sallyport.envelope;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnverifiedManifestTest {
  private static final Path VECTORS = Path.of("..", "..", "shared", "vectors", "oms");
  private static final List<ModelFile> FILES =
      List.of(new ModelFile("b/c", Digest.of("c")), new ModelFile("a", Digest.of("a")));

  private final SigningKey ada = SigningKey.generate();
  private final SigningKey sam = SigningKey.generate();

  @Test
  void verifiesWhatASystemAdministratorSigned() throws Exception {
    Json.Obj bundle = Manifest.sign("tiny", FILES, ada);
    Manifest manifest = UnverifiedManifest.parse(bundle.canonical()).verify(root());
    assertEquals("tiny", manifest.model());
    assertEquals(List.of("a", "b/c"), manifest.files().stream().map(ModelFile::name).toList());
    assertEquals("ada", manifest.signers().getFirst().name());
    assertEquals(Digest.of(bundle.object("dsseEnvelope").base64("payload")), manifest.id());
  }

  @Test
  void refusesASignerOfAnotherRole() throws Exception {
    assertRefused(Manifest.sign("tiny", FILES, sam), "nobody of role system-admin");
  }

  @Test
  void refusesAStranger() throws Exception {
    assertRefused(Manifest.sign("tiny", FILES, SigningKey.generate()), "nobody's");
  }

  @Test
  void refusesAnAlteredPayload() throws Exception {
    assertRefused(payload(p -> p.replace("\"tiny\"", "\"tinx\"")), "does not verify");
  }

  @Test
  void refusesStatementsThatDoNotHoldTogether() throws Exception {
    assertUnread(p -> p.replace("\"method\":\"files\"", "\"method\":\"shards\""), "\"files\"");
    assertUnread(p -> p.replace(Digest.of("a").hex(), Digest.of("x").hex()), "subject digest");
    assertUnread(p -> p.replace("\"name\":\"a\"", "\"name\":\"z\""), "twice or out of order");
    assertUnread(p -> p.replace("\"name\":\"a\"", "\"name\":\"b/c\""), "twice or out of order");
    assertUnread(p -> p.replace("\"name\":\"a\"", "\"name\":\"\""), "is empty");
    assertUnread(p -> p.replaceFirst("\"sha256\",\"dig", "\"blake2b\",\"dig"), "not hashed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "valid/key.bundle.json",
        "valid/certificate.bundle.json",
        "valid/sigstore.bundle.json"
      })
  void readsBundlesOfOthersAndTrustsNone(String name) throws Exception {
    UnverifiedManifest bundle = UnverifiedManifest.parse(vector(name));
    assertTrue(bundle.files().stream().anyMatch(f -> f.name().equals("signme-1")));
    assertThrows(BadInput.class, () -> bundle.verify(root()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "invalid/empty.bundle.json",
        "invalid/missing-envelope.bundle.json",
        "invalid/missing-verification-material.bundle.json",
        "invalid-payload/wrong-predicate.bundle.json"
      })
  void refusesInvalidBundlesOfOthers(String name) throws Exception {
    byte[] bytes = vector(name);
    assertThrows(BadInput.class, () -> UnverifiedManifest.parse(bytes));
  }

  private static byte[] vector(String name) throws Exception {
    Path file = VECTORS.resolve(name);
    assumeTrue(Files.exists(file), "skipped: no " + file);
    return Files.readAllBytes(file);
  }

  private void assertUnread(UnaryOperator<String> change, String expected) throws Exception {
    byte[] bad = payload(change).canonical();
    BadInput e = assertThrows(BadInput.class, () -> UnverifiedManifest.parse(bad));
    assertTrue(e.getMessage().contains(expected), e.getMessage());
  }

  private void assertRefused(Json.Obj bundle, String expected) throws Exception {
    UnverifiedManifest parsed = UnverifiedManifest.parse(bundle.canonical());
    BadInput e = assertThrows(BadInput.class, () -> parsed.verify(root()));
    assertTrue(e.getMessage().contains(expected), e.getMessage());
  }

  /** A signed bundle whose payload was changed afterwards. */
  private Json.Obj payload(UnaryOperator<String> change) throws BadInput {
    Json.Obj bundle = Manifest.sign("tiny", FILES, ada);
    Json.Obj envelope = bundle.object("dsseEnvelope");
    String before = new String(envelope.base64("payload"), UTF_8);
    String after = change.apply(before);
    assertTrue(!after.equals(before), "the change changes something");
    Json base64 = Json.obj().put("p", after.getBytes(UTF_8)).build().need("p");
    return with(bundle, "dsseEnvelope", with(envelope, "payload", base64));
  }

  private static Json.Obj with(Json.Obj object, String name, Json value) {
    Map<String, Json> members = new LinkedHashMap<>(object.members());
    members.put(name, value);
    return new Json.Obj(members);
  }

  private TrustRoot root() throws BadInput {
    var process = SigningKey.generate().verifyingKey();
    List<Person> people =
        List.of(
            new Person("ada", Role.SYSTEM_ADMIN, ada.verifyingKey()),
            new Person("sam", Role.SECURITY_ADMIN, sam.verifyingKey()));
    Json.Obj predicate =
        TrustRoot.predicate("test", 1, people, process, process, process, process, "00");
    Statement statement =
        Statement.about("test", predicate.digest(), TrustRoot.PREDICATE_TYPE, predicate);
    return TrustRoot.parse(Envelope.sign(statement, ada, sam));
  }
}
