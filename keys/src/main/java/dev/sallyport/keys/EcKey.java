package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;

/**
 * An ECDSA public key on P-256, P-384 or P-521 (FIPS 186-5), with the hash that goes with its
 * curve: SHA-256, SHA-384, SHA-512. For the keys of other makers; people here sign with {@link
 * VerifyingKey Ed25519}.
 */
public final class EcKey {
  private static final String DER = "ECDSA";
  private static final String RAW = "ECDSAinP1363Format";

  private final ECPublicKey key;
  private final int coordinate;
  private final String hash;

  private EcKey(ECPublicKey key, int coordinate, String hash) {
    this.key = key;
    this.coordinate = coordinate;
    this.hash = hash;
  }

  /** Takes a key that a certificate holds. */
  public static EcKey of(PublicKey key) throws BadInput {
    if (key instanceof ECPublicKey ec) {
      int bits = ec.getParams().getCurve().getField().getFieldSize();
      String hash =
          switch (bits) {
            case 256 -> "SHA256";
            case 384 -> "SHA384";
            case 521 -> "SHA512";
            default -> throw new BadInput("EC key of " + bits + " bits; 256, 384 or 521 are known");
          };
      if (!ec.getParams().toString().contains(bits == 256 ? "secp256r1" : "secp" + bits + "r1")) {
        throw new BadInput("EC key is not on a NIST curve");
      }
      return new EcKey(ec, (bits + 7) / 8, hash);
    }
    throw new BadInput("key is " + key.getAlgorithm() + ", not EC");
  }

  /** Reads a DER SubjectPublicKeyInfo. */
  public static EcKey fromSpki(byte[] spki) throws BadInput {
    try {
      return of(KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki)));
    } catch (GeneralSecurityException e) {
      throw new BadInput("public key is not an EC SPKI", e);
    }
  }

  /** A key on P-256 from its two coordinates of 32 bytes, big-endian. */
  public static EcKey p256(byte[] xy) throws BadInput {
    if (xy.length != 64) {
      throw new BadInput("P-256 point of " + xy.length + " bytes; 64 are needed");
    }
    try {
      AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
      curve.init(new ECGenParameterSpec("secp256r1"));
      ECPoint point =
          new ECPoint(
              new BigInteger(1, Arrays.copyOf(xy, 32)),
              new BigInteger(1, Arrays.copyOfRange(xy, 32, 64)));
      ECParameterSpec params = curve.getParameterSpec(ECParameterSpec.class);
      return of(KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, params)));
    } catch (GeneralSecurityException e) {
      throw new BadInput("P-256 key is not a point of the curve", e);
    }
  }

  /** SHA-256 of the DER SubjectPublicKeyInfo. */
  public Digest id() {
    return Digest.of(spki());
  }

  /** The DER SubjectPublicKeyInfo. */
  public byte[] spki() {
    return key.getEncoded();
  }

  /** The public key as PEM, as OpenSSL writes it. */
  public String pem() {
    return Pem.write("PUBLIC KEY", spki());
  }

  /** Reads the PEM block PUBLIC KEY. */
  public static EcKey fromPem(byte[] text) throws BadInput {
    return fromSpki(
        Pem.find(text, "PUBLIC KEY")
            .orElseThrow(() -> new BadInput("file has no PEM block PUBLIC KEY")));
  }

  /** The JCE name of its signatures in DER, such as {@code SHA256withECDSA}. */
  public String algorithm() {
    return hash + "with" + DER;
  }

  /** Length of one coordinate in bytes: 32, 48 or 66. */
  public int coordinate() {
    return coordinate;
  }

  /** Fails unless this is a signature in DER over the message. */
  public void verify(byte[] message, byte[] signature) throws BadInput {
    verify(message, signature, algorithm());
  }

  /** Fails unless this is a signature r ‖ s, each as long as a coordinate, over the message. */
  public void verifyRaw(byte[] message, byte[] signature) throws BadInput {
    if (signature.length != 2 * coordinate) {
      throw new BadInput(
          "signature of " + signature.length + " bytes; " + 2 * coordinate + " are needed");
    }
    verify(message, signature, hash + "with" + RAW);
  }

  private void verify(byte[] message, byte[] signature, String algorithm) throws BadInput {
    try {
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(key);
      verifier.update(message);
      if (!verifier.verify(signature)) {
        throw new BadInput("signature of EC key " + id().brief() + " does not verify");
      }
    } catch (SignatureException e) {
      throw new BadInput("signature of EC key " + id().brief() + " does not verify", e);
    } catch (GeneralSecurityException e) {
      throw new BadInput("EC key " + id().brief() + " cannot verify", e);
    }
  }
}
