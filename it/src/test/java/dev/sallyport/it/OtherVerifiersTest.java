package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Model signatures that we make, verified by programs that are not ours, and theirs by ours (ADR
 * 20).
 */
class OtherVerifiersTest {
  private static final Path CLIENT = Installation.ROOT.resolve("it/sigstore-client");

  @Test
  void theSigstoreProjectsVerifierTakesOursAndRefusesAnAlteredOne() throws Exception {
    requireClient();
    try (Installation house = Installation.empty()) {
      Path key = keygen(house, "ec-p256", "k");
      Path model = model(house);
      Path signature = house.dir().resolve("s");
      house.run("model", "sign", model + "", "--key", key + ".pem", "--out", signature + "").ok();
      Installation.Ran verified = sigstore(house, signature, key);
      assertEquals("verified 2 resources\n", verified.out(), verified.err());
      Path other = keygen(house, "ec-p256", "o");
      assertEquals(1, sigstore(house, signature, other).exit(), "another key");
      Path altered = altered(house, signature);
      Installation.Ran refused = sigstore(house, altered, key);
      assertEquals("refused: SIGNATURE_ERROR\n", refused.out(), refused.err());
    }
  }

  /** OpenSSF Model Signing hashes by the curve; OpenSSL does as it is told. */
  @ParameterizedTest
  @CsvSource({"ec-p256,-sha256", "ec-p384,-sha384", "ec-p521,-sha512"})
  void opensslVerifiesEveryCurve(String type, String hash) throws Exception {
    try (Installation house = Installation.empty()) {
      requireOpenssl(house);
      Path key = keygen(house, type, "k");
      Path signature = house.dir().resolve("s");
      house
          .run("model", "sign", model(house) + "", "--key", key + ".pem", "--out", signature + "")
          .ok();
      assertEquals("Verified OK\n", openssl(house, signature, hash, key).out());
      assertEquals(1, openssl(house, altered(house, signature), hash, key).exit());
    }
  }

  @Test
  void aCertificateThatOpensslMadeVouchesForASignature() throws Exception {
    try (Installation house = Installation.empty()) {
      requireOpenssl(house);
      Path key = house.dir().resolve("c.key");
      Path certificate = certificate(house, key, "P-384");
      String model = model(house).toString();
      String signature = house.dir().resolve("s").toString();
      house
          .run(
              "model",
              "sign",
              model,
              "--key",
              key + "",
              "--certificate",
              certificate + "",
              "--out",
              signature)
          .ok();
      String[] by = {"--signature", signature, "--certificate-chain", certificate + ""};
      assertEquals(
          "CN=publisher", house.run(with(by, "model", "verify", model)).ok().string("signer"));
    }
  }

  @Test
  void weTakeWhatTheSigstoreProjectsSignerMadeAndRefuseAnAlteredFile() throws Exception {
    requireClient();
    try (Installation house = Installation.empty()) {
      requireOpenssl(house);
      Path model = model(house);
      Path key = house.dir().resolve("their.key");
      Path certificate = certificate(house, key, "P-256");
      Path publicKey = house.dir().resolve("their.pub");
      String[] extract = {"openssl", "pkey", "-in", key + "", "-pubout", "-out", publicKey + ""};
      assertEquals(0, house.shell(extract).exit());
      Path byKey = theirs(house, model, key);
      Path byCertificate = theirs(house, model, key, certificate + "");
      String[] withKey = {"--signature", byKey + "", "--key", publicKey + ""};
      String[] withCertificate = {
        "--signature", byCertificate + "", "--certificate-chain", certificate + ""
      };
      for (String[] by : List.of(withKey, withCertificate)) {
        house.run(with(by, "model", "verify", model + "")).ok();
      }
      Files.writeString(model.resolve("config.json"), "{\"altered\":true}");
      for (String[] by : List.of(withKey, withCertificate)) {
        Installation.Ran refused = house.run(with(by, "model", "verify", model + ""));
        assertEquals(1, refused.exit(), refused.err());
        assertTrue(refused.out().contains("config.json"), refused.out());
      }
    }
  }

  private static Path theirs(Installation house, Path model, Path key, String... certificate)
      throws Exception {
    Path bundle = house.dir().resolve("theirs-" + certificate.length);
    String[] sign = {"node", CLIENT + "/sign.mjs", model + "", key + "", bundle + ""};
    Installation.Ran ran = house.shell(with(certificate, sign));
    assertEquals(0, ran.exit(), ran.err());
    return bundle;
  }

  /** OpenSSL makes a key and a certificate that vouches for itself. */
  private static Path certificate(Installation house, Path key, String curve) throws Exception {
    Path certificate = house.dir().resolve("c.pem");
    String[] words =
        ("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:"
                + curve
                + " -nodes -subj /CN=publisher -days 30 -addext keyUsage=digitalSignature")
            .split(" ");
    words = with(new String[] {"-keyout", key + "", "-out", certificate + ""}, words);
    assertEquals(0, house.shell(words).exit());
    return certificate;
  }

  @Test
  void aSealedModelIsSignedForOthersOverTheSameManifest() throws Exception {
    try (Installation house = Installation.initialised()) {
      house.up();
      Path key = keygen(house, "ec-p256", "k");
      Path postQuantum = keygen(house, "ml-dsa-65", "q");
      Path model = model(house);
      String signature = house.dir().resolve("tiny.sig").toString();
      List<String> seal = new ArrayList<>(List.of("seal", model + "", "--model", "tiny"));
      seal.addAll(List.of("--as", "sysadmin", "--oms-key", key + ".pem", "--oms-out", signature));
      seal.addAll(List.of("--oms-ml-dsa-key", postQuantum + ".pem"));
      Json.Obj sealed = house.run(seal.toArray(new String[0])).ok();
      assertEquals(signature, sealed.string("signature"));
      String[] by = {
        "--signature", signature, "--key", key + ".pub", "--ml-dsa-key", postQuantum + ".pub"
      };
      Json.Obj plain = house.run(with(by, "model", "verify", model + "")).ok();
      assertEquals(sealed.string("manifest"), plain.string("payload"));
      Json.Obj vault = house.run(with(by, "model", "verify", "--sealed", "tiny")).ok();
      assertEquals(sealed.string("manifest"), vault.string("payload"));
      if (Files.isDirectory(CLIENT.resolve("node_modules"))) {
        assertEquals(0, sigstore(house, Path.of(signature), key).exit());
      }
      // Another version is another manifest, and no signature is written over.
      Files.writeString(model.resolve("config.json"), "{\"changed\":true}");
      Installation.Ran again = house.run(seal.toArray(new String[0]));
      assertEquals(73, again.exit(), again.err());
      house.run("seal", model + "", "--model", "tiny", "--as", "sysadmin").ok();
      Installation.Ran newer = house.run(with(by, "model", "verify", "--sealed", "tiny"));
      assertEquals(1, newer.exit(), newer.err());
      assertTrue(newer.err().contains("tiny version 2 has the manifest"), newer.err());
      house.run(with(by, "model", "verify", "--sealed", "tiny", "--version", "1")).ok();
      String later = house.dir().resolve("later.sig").toString();
      house.run("model", "sign", "--sealed", "tiny", "--key", key + ".pem", "--out", later).ok();
      house.run("model", "verify", model + "", "--signature", later, "--key", key + ".pub").ok();
    }
  }

  private static String[] with(String[] last, String... first) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(List.of(last));
    return all.toArray(new String[0]);
  }

  private static void requireClient() {
    assumeTrue(
        Files.isDirectory(CLIENT.resolve("node_modules")),
        "skipped: the verifier of the Sigstore project is not installed; ./check does so online,"
            + " or: npm ci in it/sigstore-client");
  }

  private static void requireOpenssl(Installation house) throws Exception {
    try {
      assertEquals(0, house.shell("openssl", "version").exit());
    } catch (IOException missing) {
      assumeTrue(false, "skipped: no openssl");
    }
  }

  private static Installation.Ran sigstore(Installation house, Path bundle, Path key)
      throws Exception {
    return house.shell(
        "node", CLIENT.resolve("verify.mjs").toString(), bundle.toString(), key + ".pub");
  }

  private static Installation.Ran openssl(Installation house, Path bundle, String hash, Path key)
      throws Exception {
    Json.Obj envelope = Json.parseObject(Files.readAllBytes(bundle)).object("dsseEnvelope");
    Path message = Files.write(house.dir().resolve("message"), signedBytes(envelope));
    byte[] signature = envelope.objects("signatures").getFirst().base64("sig");
    Path der = Files.write(house.dir().resolve("der"), signature);
    return house.shell(
        "openssl", "dgst", hash, "-verify", key + ".pub", "-signature", der + "", message + "");
  }

  /** DSSE's encoding, written once more: this test shall not share it with what it tests. */
  private static byte[] signedBytes(Json.Obj envelope) throws Exception {
    byte[] payload = envelope.base64("payload");
    String type = envelope.string("payloadType");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String head = "DSSEv1 " + type.length() + " " + type + " " + payload.length + " ";
    out.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(payload);
    return out.toByteArray();
  }

  /** One bit of a digest in the payload. */
  private static Path altered(Installation house, Path signature) throws Exception {
    String text = Files.readString(signature);
    String payload = Json.parse(text).asObject("bundle").object("dsseEnvelope").string("payload");
    String statement = new String(Base64.getDecoder().decode(payload), StandardCharsets.ISO_8859_1);
    int at = statement.indexOf("\"digest\":\"") + 10;
    char other = (char) (statement.charAt(at) ^ 1);
    String changed = statement.substring(0, at) + other + statement.substring(at + 1);
    assertFalse(changed.equals(statement));
    String encoded =
        Base64.getEncoder().encodeToString(changed.getBytes(StandardCharsets.ISO_8859_1));
    return Files.writeString(house.dir().resolve("altered"), text.replace(payload, encoded));
  }

  private static Path keygen(Installation house, String type, String name) throws Exception {
    Path key = house.dir().resolve(name);
    house.run("model", "keygen", "--type", type, "--out", key.toString()).ok();
    return key;
  }

  private static Path model(Installation house) throws Exception {
    Path model = Files.createDirectory(house.dir().resolve("model"));
    Files.writeString(model.resolve("config.json"), "{}");
    String header = "{\"w\":{\"dtype\":\"U8\",\"shape\":[99000],\"data_offsets\":[0,99000]}}";
    ByteBuffer weights = ByteBuffer.allocate(8 + header.length() + 99_000);
    weights.order(ByteOrder.LITTLE_ENDIAN).putLong(header.length());
    weights.put(header.getBytes(StandardCharsets.US_ASCII));
    Files.write(model.resolve("model.safetensors"), weights.array());
    return model;
  }
}
