package dev.sallyport.supplychain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.CertificateChain;
import dev.sallyport.keys.EcKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A directory is signed, then what happens to it is seen, or is nothing. */
class ModelSigningTest {
  private static final Serialization FILES = new Serialization.Files();
  private static final Serialization SHARDS = new Serialization.Shards(1000);

  @TempDir private Path temp;
  private Path model;
  private final EcSigningKey key = EcSigningKey.generate("secp256r1");
  private final Trust trust = new Trust.Key(key.verifyingKey());

  @BeforeEach
  void makeModel() throws Exception {
    model = Files.createDirectory(temp.resolve("model"));
    Files.createDirectory(model.resolve("sub"));
    Files.write(model.resolve("weights.bin"), new byte[2500]);
    Files.writeString(model.resolve("config.json"), "{}");
    Files.writeString(model.resolve("sub/Ünïcode 名.txt"), "text");
  }

  @ParameterizedTest
  @ValueSource(strings = {"secp256r1", "secp384r1", "secp521r1"})
  void verifiesOnEveryCurve(String curve) throws Exception {
    EcSigningKey signing = EcSigningKey.generate(curve);
    byte[] bundle = sign(BundleSigner.of(signing), FILES);
    Trust pem =
        new Trust.Key(
            EcKey.fromPem(signing.verifyingKey().pem().getBytes(StandardCharsets.US_ASCII)));
    assertEquals(List.of(), check(bundle, pem));
    assertThrows(BadInput.class, () -> check(bundle, trust));
  }

  @Test
  void shardsCoverAFileInPieces() throws Exception {
    byte[] bundle = sign(BundleSigner.of(key), SHARDS);
    ModelStatement statement = UnverifiedBundle.parse(bundle).verify(trust).statement();
    assertTrue(
        statement.resources().stream().anyMatch(r -> r.name().equals("weights.bin:2000:2500")));
    assertEquals(List.of(), check(bundle, trust));
    Files.write(model.resolve("weights.bin"), new byte[2501]);
    assertEquals(
        List.of("not signed: weights.bin:2000:2501", "missing: weights.bin:2000:2500"),
        check(bundle, trust));
    Files.write(model.resolve("weights.bin"), new byte[2000]);
    assertEquals(List.of("missing: weights.bin:2000:2500"), check(bundle, trust));
  }

  @Test
  void seesEveryKindOfDifference() throws Exception {
    for (Serialization serialization : List.of(FILES, SHARDS)) {
      byte[] bundle = sign(BundleSigner.of(key), serialization);
      assertEquals(List.of(), check(bundle, trust));
      Files.writeString(model.resolve("extra.py"), "x");
      assertEquals(List.of("not signed: extra.py"), check(bundle, trust));
      Files.move(model.resolve("extra.py"), model.resolve("WEIGHTS.bin"));
      assertEquals(List.of("not signed: WEIGHTS.bin"), check(bundle, trust));
      Files.delete(model.resolve("WEIGHTS.bin"));
      Files.createFile(model.resolve("empty"));
      assertEquals(List.of("not signed: empty"), check(bundle, trust));
      Files.delete(model.resolve("empty"));
      Files.move(model.resolve("config.json"), model.resolve("renamed.json"));
      assertEquals(2, check(bundle, trust).size());
      Files.move(model.resolve("renamed.json"), model.resolve("config.json"));
      Files.writeString(model.resolve("config.json"), "{ }".substring(0, 2));
      assertEquals(1, check(bundle, trust).size());
      Files.writeString(model.resolve("config.json"), "{}");
    }
  }

  @Test
  void refusesSymbolicLinksToFilesAndDirectoriesEvenIfTheContentIsRight() throws Exception {
    byte[] bundle = sign(BundleSigner.of(key), FILES);
    Path outside = Files.move(model.resolve("config.json"), temp.resolve("config.json"));
    Files.createSymbolicLink(model.resolve("config.json"), outside);
    assertEquals(
        List.of("symbolic link: config.json", "missing: config.json"), check(bundle, trust));
    Files.delete(model.resolve("config.json"));
    Files.move(outside, model.resolve("config.json"));
    Path sub = Files.move(model.resolve("sub"), temp.resolve("sub"));
    Files.createSymbolicLink(model.resolve("sub"), sub);
    assertEquals("symbolic link: sub", check(bundle, trust).getFirst());
    assertThrows(BadInput.class, () -> sign(BundleSigner.of(key), FILES));
  }

  @Test
  void ignoresOnlyWhatTheVerifierTellsItTo() throws Exception {
    byte[] bundle = sign(BundleSigner.of(key), FILES);
    Files.createDirectory(model.resolve(".git"));
    Files.writeString(model.resolve(".git/HEAD"), "ref");
    UnverifiedBundle parsed = UnverifiedBundle.parse(bundle);
    assertEquals(List.of("not signed: .git/HEAD"), check(bundle, trust));
    assertEquals(
        List.of(), ModelTree.of(model, Set.of(".git")).differences(parsed.verify(trust), n -> {}));
  }

  @Test
  void signsNothingThatDiffersInCaseOnly() throws Exception {
    Files.writeString(model.resolve("CONFIG.json"), "{}");
    BadInput e = assertThrows(BadInput.class, () -> sign(BundleSigner.of(key), FILES));
    assertTrue(e.getMessage().contains("in case only"), e.getMessage());
  }

  @Test
  void shardsDoNotSignAnEmptyFileThatTheyCannotCover() throws Exception {
    Files.createFile(model.resolve("empty"));
    assertThrows(BadInput.class, () -> sign(BundleSigner.of(key), SHARDS));
    assertEquals(List.of(), check(sign(BundleSigner.of(key), FILES), trust));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../up", "/etc/passwd", "a//b", "./a", "a/..", "", "a\\b", "nul\0", "dir/"})
  void refusesNamesThatLeadElsewhere(String name) {
    List<ModelStatement.Resource> one = List.of(new ModelStatement.Resource(name, Digest.of("x")));
    byte[] payload = new ModelStatement("m", FILES, one, List.of()).payload();
    assertThrows(BadInput.class, () -> ModelStatement.parse(payload));
  }

  @Test
  void refusesAListThatNamesAFileTwiceOrInTwoCases() {
    for (String second : List.of("a.bin", "A.bin", "A.BIN")) {
      List<ModelStatement.Resource> two =
          List.of(
              new ModelStatement.Resource("a.bin", Digest.of("x")),
              new ModelStatement.Resource(second, Digest.of("y")));
      byte[] payload = new ModelStatement("m", FILES, two, List.of()).payload();
      assertThrows(BadInput.class, () -> ModelStatement.parse(payload), second);
    }
  }

  @Test
  void verifiesThePayloadAsReceivedNotAsItWouldWriteIt() throws Exception {
    byte[] canonical = tree().statement("model", FILES, List.of(), n -> {}).payload();
    byte[] spaced =
        new String(canonical, StandardCharsets.UTF_8)
            .replace(",", ",\n  ")
            .getBytes(StandardCharsets.UTF_8);
    byte[] good = bundle(spaced, key.sign(Dsse.preAuthEncoding(spaced)));
    byte[] bad = bundle(spaced, key.sign(Dsse.preAuthEncoding(canonical)));
    assertEquals(List.of(), check(good, trust));
    assertThrows(BadInput.class, () -> check(bad, trust));
  }

  @Test
  void refusesTwoSignaturesInOneEnvelope() throws Exception {
    byte[] payload = tree().statement("model", FILES, List.of(), n -> {}).payload();
    String one = Json.toString(signature(key.sign(Dsse.preAuthEncoding(payload))));
    String text = new String(bundle(payload, new byte[8]), StandardCharsets.UTF_8);
    String none = Json.toString(signature(new byte[8]));
    byte[] two = text.replace(none, one + "," + one).getBytes(StandardCharsets.UTF_8);
    assertThrows(BadInput.class, () -> UnverifiedBundle.parse(two));
  }

  @Test
  void mlDsaSignsTheSamePayloadInABundleBesideTheFirst() throws Exception {
    MlDsaSigningKey pq = MlDsaSigningKey.generate();
    ModelStatement statement = tree().statement("model", FILES, List.of(), n -> {});
    byte[] classic = BundleSigner.of(key).sign(statement).canonical();
    byte[] beside = BundleSigner.of(pq).sign(statement).canonical();
    Trust pqTrust =
        new Trust.PostQuantum(
            MlDsaKey.fromPem(pq.verifyingKey().pem().getBytes(StandardCharsets.US_ASCII)));
    assertEquals(
        UnverifiedBundle.parse(classic).verify(trust).payload(),
        UnverifiedBundle.parse(beside).verify(pqTrust).payload());
    assertThrows(BadInput.class, () -> UnverifiedBundle.parse(beside).verify(trust));
    assertThrows(BadInput.class, () -> UnverifiedBundle.parse(classic).verify(pqTrust));
    byte[] changed = BundleSigner.of(pq).sign(statement).canonical();
    String payload = Base64.getEncoder().encodeToString(statement.payload());
    String other =
        Base64.getEncoder()
            .encodeToString(
                new String(statement.payload(), StandardCharsets.UTF_8)
                    .replace("\"model\"", "\"other\"")
                    .getBytes(StandardCharsets.UTF_8));
    byte[] forged =
        new String(changed, StandardCharsets.UTF_8)
            .replace(payload, other)
            .getBytes(StandardCharsets.UTF_8);
    assertThrows(BadInput.class, () -> UnverifiedBundle.parse(forged).verify(pqTrust));
  }

  @Test
  void certificatesVouchForAKeyUnderATrustedOne() throws Exception {
    KeyPair root = TestCertificate.pair();
    CertificateChain anchors = CertificateChain.parse(List.of(authority("root", root)));
    EcSigningKey signing = EcSigningKey.generate("secp256r1");
    CertificateChain chain = CertificateChain.parse(List.of(leaf(signing, "root", root)));
    byte[] bundle = sign(BundleSigner.of(signing, chain), FILES);
    assertEquals(List.of(), check(bundle, new Trust.Anchors(anchors)));
    KeyPair evil = TestCertificate.pair();
    CertificateChain same = CertificateChain.parse(List.of(authority("root", evil)));
    assertThrows(BadInput.class, () -> check(bundle, new Trust.Anchors(same)));
    assertThrows(BadInput.class, () -> check(bundle, new Trust.Key(signing.verifyingKey())));
    assertThrows(BadInput.class, () -> BundleSigner.of(key, chain));
  }

  @Test
  void privateKeysAreReadBackAndMustBeAPair() throws Exception {
    Path file = temp.resolve("ec.pem");
    key.write(file);
    EcSigningKey read = EcSigningKey.read(Files.readAllBytes(file));
    assertEquals(key.verifyingKey().id(), read.verifyingKey().id());
    String text = Files.readString(file);
    String publicPem = key.verifyingKey().pem();
    String other = EcSigningKey.generate("secp256r1").verifyingKey().pem();
    assertThrows(
        BadInput.class,
        () ->
            EcSigningKey.read(text.replace(publicPem, other).getBytes(StandardCharsets.US_ASCII)));
    Path pq = temp.resolve("pq.pem");
    MlDsaSigningKey made = MlDsaSigningKey.generate();
    made.write(pq);
    assertEquals(
        made.verifyingKey().hint(),
        MlDsaSigningKey.read(Files.readAllBytes(pq)).verifyingKey().hint());
    assertThrows(BadInput.class, () -> MlDsaSigningKey.read(Files.readAllBytes(file)));
  }

  private static byte[] authority(String name, KeyPair key) throws Exception {
    return TestCertificate.signed(
        TestCertificate.body(name, key.getPublic(), name, FROM, TO, List.of(TestCertificate.CA)),
        key.getPrivate());
  }

  private static byte[] leaf(EcSigningKey key, String issuer, KeyPair by) throws Exception {
    PublicKey publicKey =
        KeyFactory.getInstance("EC")
            .generatePublic(new X509EncodedKeySpec(key.verifyingKey().spki()));
    return TestCertificate.signed(
        TestCertificate.body(
            "signer", publicKey, issuer, FROM, TO, List.of(TestCertificate.DIGITAL_SIGNATURE)),
        by.getPrivate());
  }

  private static final Instant FROM = Instant.parse("2024-01-01T00:00:00Z");
  private static final Instant TO = Instant.parse("2034-01-01T00:00:00Z");

  private ModelTree tree() throws Exception {
    return ModelTree.of(model, Set.of());
  }

  private byte[] sign(BundleSigner signer, Serialization serialization) throws Exception {
    return signer.sign(tree().statement("model", serialization, List.of(), n -> {})).canonical();
  }

  private List<String> check(byte[] bundle, Trust by) throws Exception {
    return tree().differences(UnverifiedBundle.parse(bundle).verify(by), n -> {});
  }

  private static Json signature(byte[] signature) {
    return Json.obj().put("sig", signature).build();
  }

  private static byte[] bundle(byte[] payload, byte[] signature) {
    List<Json> list = new ArrayList<>(List.of(signature(signature)));
    Json.Obj envelope =
        Json.obj()
            .put("payload", payload)
            .put("payloadType", Dsse.PAYLOAD_TYPE)
            .put("signatures", Json.arr(list))
            .build();
    Json.Obj material = Json.obj().put("publicKey", Json.obj().put("hint", "").build()).build();
    return Json.obj()
        .put("mediaType", UnverifiedBundle.MEDIA_TYPE)
        .put("verificationMaterial", material)
        .put("dsseEnvelope", envelope)
        .build()
        .canonical();
  }
}
