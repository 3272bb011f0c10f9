package dev.sallyport.supplychain;

import dev.sallyport.keys.Der;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Writes certificates of authorities that do not exist, on P-256. */
final class TestCertificate {
  static final Der CA = extension("551d13", seq(Der.of(1, new byte[] {-1})));
  static final Der DIGITAL_SIGNATURE = extension("551d0f", Der.of(3, new byte[] {7, (byte) 0x80}));

  private static final Der ECDSA_SHA256 = seq(oid("2a8648ce3d040302"));

  private TestCertificate() {}

  static KeyPair pair() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  /** The part of a certificate that is signed. */
  static Der body(
      String subject, PublicKey key, String issuer, Instant from, Instant to, List<Der> extensions)
      throws Exception {
    return seq(
        Der.of(0xa0, List.of(Der.of(Der.INTEGER, new byte[] {2}))),
        Der.of(Der.INTEGER, new byte[] {7}),
        ECDSA_SHA256,
        name(issuer),
        seq(time(from), time(to)),
        name(subject),
        Der.parse(key.getEncoded()),
        Der.of(0xa3, List.of(Der.of(Der.SEQUENCE, extensions))));
  }

  static byte[] signed(Der body, PrivateKey by) throws Exception {
    byte[] signature = sign(by, body.encoded());
    byte[] bits = new byte[signature.length + 1];
    System.arraycopy(signature, 0, bits, 1, signature.length);
    return seq(body, ECDSA_SHA256, Der.of(3, bits)).encoded();
  }

  static byte[] sign(PrivateKey key, byte[] message) throws Exception {
    Signature signer = Signature.getInstance("SHA256withECDSA");
    signer.initSign(key);
    signer.update(message);
    return signer.sign();
  }

  static Der extension(String hexOid, Der value) {
    return seq(oid(hexOid), Der.of(Der.OCTET_STRING, value.encoded()));
  }

  static Der utf8(String text) {
    return Der.of(0x0c, text.getBytes(StandardCharsets.UTF_8));
  }

  static Der seq(Der... items) {
    return Der.of(Der.SEQUENCE, List.of(items));
  }

  private static Der oid(String hex) {
    return Der.of(Der.OID, HexFormat.of().parseHex(hex));
  }

  private static Der time(Instant at) {
    String text = at.toString().replaceAll("[-:T]", "");
    return Der.of(0x18, text.getBytes(StandardCharsets.US_ASCII));
  }

  private static Der name(String name) {
    List<Der> parts = new ArrayList<>();
    if (!name.isEmpty()) {
      parts.add(Der.of(0x31, List.of(seq(oid("550403"), utf8(name)))));
    }
    return Der.of(Der.SEQUENCE, parts);
  }
}
