package dev.sallyport.attest;

import dev.sallyport.core.Digest;
import dev.sallyport.keys.Der;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Certificates of a vendor that does not exist: root, issuer, leaf, on one curve. */
final class TestCa {
  static final Instant BEGIN = Instant.parse("2024-01-01T00:00:00Z");
  static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  static final Instant END = Instant.parse("2034-01-01T00:00:00Z");

  private static final byte[] SHA384_ECDSA = {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 4, 3, 3};
  private static final byte[] COMMON_NAME = {0x55, 4, 3};
  private static final String BASIC_CONSTRAINTS = "551d13";

  final KeyPair leafKey;
  final List<byte[]> chain;
  final Digest root;

  /** Extensions of the leaf by the hex of their OID's content. */
  TestCa(String curve, Map<String, byte[]> extensions) throws Exception {
    KeyPair rootKey = pair(curve);
    KeyPair issuerKey = pair(curve);
    leafKey = pair(curve);
    Der ca = Der.of(Der.SEQUENCE, List.of(Der.of(1, new byte[] {-1})));
    Map<String, byte[]> isCa = Map.of(BASIC_CONSTRAINTS, ca.encoded());
    chain =
        List.of(
            certificate("leaf", leafKey, "issuer", issuerKey.getPrivate(), extensions),
            certificate("issuer", issuerKey, "root", rootKey.getPrivate(), isCa),
            certificate("root", rootKey, "root", rootKey.getPrivate(), isCa));
    root = Digest.of(rootKey.getPublic().getEncoded());
  }

  static KeyPair pair(String curve) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve));
    return generator.generateKeyPair();
  }

  /** A signature r ‖ s with the curve's hash. */
  byte[] sign(byte[] message) throws Exception {
    int bits = leafKey.getPublic().toString().contains("secp256r1") ? 256 : 384;
    return sign(leafKey.getPrivate(), "SHA" + bits, message);
  }

  static byte[] sign(PrivateKey key, String hash, byte[] message) throws Exception {
    Signature signer = Signature.getInstance(hash + "withECDSAinP1363Format");
    signer.initSign(key);
    signer.update(message);
    return signer.sign();
  }

  private static byte[] certificate(
      String subject, KeyPair key, String issuer, PrivateKey by, Map<String, byte[]> extensions)
      throws Exception {
    List<Der> extra = new ArrayList<>();
    extensions.forEach((oid, value) ->
        extra.add(
            Der.of(
                Der.SEQUENCE,
                List.of(
                    Der.of(Der.OID, HexFormat.of().parseHex(oid)),
                    Der.of(Der.OCTET_STRING, value)))));
    Der algorithm = Der.of(Der.SEQUENCE, List.of(Der.of(Der.OID, SHA384_ECDSA)));
    Der body =
        Der.of(
            Der.SEQUENCE,
            List.of(
                Der.of(0xa0, List.of(Der.of(Der.INTEGER, new byte[] {2}))),
                Der.of(Der.INTEGER, new byte[] {7}),
                algorithm,
                name(issuer),
                Der.of(Der.SEQUENCE, List.of(time(BEGIN), time(END))),
                name(subject),
                Der.parse(key.getPublic().getEncoded()),
                Der.of(0xa3, List.of(Der.of(Der.SEQUENCE, extra)))));
    Signature signer = Signature.getInstance("SHA384withECDSA");
    signer.initSign(by);
    signer.update(body.encoded());
    byte[] signature = signer.sign();
    byte[] bits = new byte[signature.length + 1];
    System.arraycopy(signature, 0, bits, 1, signature.length);
    return Der.of(Der.SEQUENCE, List.of(body, algorithm, Der.of(3, bits))).encoded();
  }

  private static Der time(Instant at) {
    String text = at.toString().replaceAll("[-:T]", "");
    return Der.of(0x18, text.getBytes(StandardCharsets.US_ASCII));
  }

  private static Der name(String name) {
    Der value = Der.of(0x0c, name.getBytes(StandardCharsets.UTF_8));
    Der attribute = Der.of(Der.SEQUENCE, List.of(Der.of(Der.OID, COMMON_NAME), value));
    return Der.of(Der.SEQUENCE, List.of(Der.of(0x31, List.of(attribute))));
  }
}
