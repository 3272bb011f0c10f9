package dev.sallyport.supplychain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SigstoreTrustTest {
  private static final byte[] PAYLOAD =
      new ModelStatement(
              "model",
              new Serialization.Files(),
              List.of(new ModelStatement.Resource("weights.bin", Digest.of("weights"))),
              List.of())
          .payload();

  private final TestSigstore instance = new TestSigstore();

  SigstoreTrustTest() throws Exception {}

  @Test
  void acceptsTheIdentityThatSigned() throws Exception {
    ModelSignature signed = verify(instance.bundle(PAYLOAD));
    assertEquals("sigstore", signed.signer().kind());
    assertTrue(signed.signer().name().contains(TestSigstore.IDENTITY));
    assertEquals(Digest.of(PAYLOAD), signed.payload());
  }

  @Test
  void refusesAnotherIdentityAndTheSameNameFromAnotherIssuer() throws Exception {
    Json.Obj bundle = instance.bundle(PAYLOAD);
    refused(bundle, new SigstoreTrust(instance.trustedRoot(), "other@example.org", "x"));
    refused(
        bundle,
        new SigstoreTrust(instance.trustedRoot(), TestSigstore.IDENTITY, "https://evil.org"));
    refused(
        bundle,
        new SigstoreTrust(instance.trustedRoot(), "SOMEONE@example.org", TestSigstore.ISSUER));
  }

  @Test
  void refusesAnotherInstance() throws Exception {
    Json.Obj bundle = instance.bundle(PAYLOAD);
    refused(
        bundle,
        new SigstoreTrust(
            new TestSigstore().trustedRoot(), TestSigstore.IDENTITY, TestSigstore.ISSUER));
  }

  @Test
  void refusesASignatureLoggedAfterTheCertificateEnded() throws Exception {
    instance.integrated = TestSigstore.TIME.plusSeconds(601);
    BadInput e = assertThrows(BadInput.class, () -> verify(instance.bundle(PAYLOAD)));
    assertTrue(e.getMessage().contains("not valid at"), e.getMessage());
  }

  @Test
  void refusesACertificateThatNoTrustedLogPromisedToShow() throws Exception {
    instance.promising = TestCertificate.pair();
    assertThrows(BadInput.class, () -> verify(instance.bundle(PAYLOAD)));
    instance.promised = false;
    assertThrows(BadInput.class, () -> verify(instance.bundle(PAYLOAD)));
  }

  @Test
  void refusesABundleWithoutALogEntryWhetherTheListIsEmptyOrLeftOut() throws Exception {
    Json.Obj bundle = instance.bundle(PAYLOAD);
    String entry = Json.toString(entry(bundle));
    String text = Json.toString(bundle);
    for (String list : List.of(",\"tlogEntries\":[" + entry + "]", "[" + entry + "]")) {
      assertTrue(text.contains(list), list);
      String without = text.replace(list, list.startsWith("[") ? "[]" : "");
      BadInput e =
          assertThrows(BadInput.class, () -> verify(Json.parseObject(utf8(without))), without);
      assertTrue(e.getMessage().startsWith("bundle has 0 log entries"), e.getMessage());
    }
  }

  @Test
  void refusesTheLogEntryOfAnotherSignature() throws Exception {
    Json.Obj one = instance.bundle(PAYLOAD);
    Json.Obj two = instance.bundle(PAYLOAD);
    String text = Json.toString(one);
    String swapped = text.replace(Json.toString(entry(one)), Json.toString(entry(two)));
    assertThrows(
        BadInput.class, () -> verify(Json.parseObject(swapped.getBytes(StandardCharsets.UTF_8))));
  }

  @Test
  void refusesEveryChangeOfWhatTheLogSaid() throws Exception {
    Json.Obj bundle = instance.bundle(PAYLOAD);
    Json.Obj entry = entry(bundle);
    Json.Obj proof = entry.object("inclusionProof");
    for (String[] change :
        new String[][] {
          {"\"logIndex\":\"1001\"", "\"logIndex\":\"1002\""},
          {"\"logIndex\":\"1\"", "\"logIndex\":\"0\""},
          {"\"treeSize\":\"2\"", "\"treeSize\":\"3\""},
          {"\"integratedTime\":\"", "\"integratedTime\":\"1"},
          {
            proof.strings("hashes").getFirst(),
            Base64.getEncoder().encodeToString(Digest.of("x").bytes())
          },
          {"log.example.org\\n2", "log.example.org\\n3"},
          {"— log.example.org", "+ log.example.org"},
        }) {
      String text = Json.toString(bundle);
      assertTrue(text.contains(change[0]), change[0]);
      assertThrows(
          BadInput.class, () -> verify(Json.parseObject(utf8(text.replace(change[0], change[1])))));
    }
  }

  @Test
  void refusesEveryFlippedBitOfPayloadSignatureCertificateAndEntry() throws Exception {
    Json.Obj bundle = instance.bundle(PAYLOAD);
    String text = Json.toString(bundle);
    Json.Obj entry = entry(bundle);
    List<String> parts =
        List.of(
            bundle.object("dsseEnvelope").string("payload"),
            bundle.object("dsseEnvelope").objects("signatures").getFirst().string("sig"),
            bundle.object("verificationMaterial").object("certificate").string("rawBytes"),
            entry.string("canonicalizedBody"),
            entry.object("inclusionPromise").string("signedEntryTimestamp"));
    long seed = 3L;
    Random random = new Random(seed);
    for (String part : parts) {
      byte[] bytes = Base64.getDecoder().decode(part);
      for (int i = 0; i < 60; i++) {
        int bit = random.nextInt(bytes.length * 8);
        byte[] changed = bytes.clone();
        changed[bit / 8] ^= (byte) (1 << (bit % 8));
        String altered = text.replace(part, Base64.getEncoder().encodeToString(changed));
        assertThrows(
            BadInput.class,
            () -> verify(Json.parseObject(utf8(altered))),
            "bit " + bit + " of part " + parts.indexOf(part) + ", seed " + seed);
      }
    }
  }

  private ModelSignature verify(Json.Obj bundle) throws Exception {
    return UnverifiedBundle.parse(bundle.canonical())
        .verify(
            new SigstoreTrust(instance.trustedRoot(), TestSigstore.IDENTITY, TestSigstore.ISSUER));
  }

  private static void refused(Json.Obj bundle, Trust trust) {
    assertThrows(BadInput.class, () -> UnverifiedBundle.parse(bundle.canonical()).verify(trust));
  }

  private static Json.Obj entry(Json.Obj bundle) throws BadInput {
    return bundle.object("verificationMaterial").objects("tlogEntries").getFirst();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
