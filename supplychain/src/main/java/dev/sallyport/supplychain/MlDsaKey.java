package dev.sallyport.supplychain;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.keys.Der;
import dev.sallyport.keys.Pem;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;

/** An ML-DSA-65 public key (FIPS 204), read as SPKI (RFC 9881). */
public final class MlDsaKey {
  private static final int RAW = 1952;

  private final PublicKey key;
  private final byte[] raw;

  private MlDsaKey(PublicKey key, byte[] raw) {
    this.key = key;
    this.raw = raw;
  }

  /** Reads a DER SubjectPublicKeyInfo. */
  public static MlDsaKey fromSpki(byte[] spki) throws BadInput {
    try {
      PublicKey key =
          KeyFactory.getInstance("ML-DSA-65").generatePublic(new X509EncodedKeySpec(spki));
      byte[] bits = Der.parse(spki).last().content(3);
      if (bits.length != RAW + 1) {
        throw new BadInput("ML-DSA-65 key of " + (bits.length - 1) + " bytes; it has " + RAW);
      }
      return new MlDsaKey(key, Arrays.copyOfRange(bits, 1, bits.length));
    } catch (GeneralSecurityException e) {
      throw new BadInput("public key is not an ML-DSA-65 SPKI", e);
    }
  }

  /** Reads the PEM block PUBLIC KEY. */
  public static MlDsaKey fromPem(byte[] text) throws BadInput {
    return fromSpki(
        Pem.find(text, "PUBLIC KEY")
            .orElseThrow(() -> new BadInput("file has no PEM block PUBLIC KEY")));
  }

  /** The DER SubjectPublicKeyInfo. */
  public byte[] spki() {
    return key.getEncoded();
  }

  /** The public key as PEM. */
  public String pem() {
    return Pem.write("PUBLIC KEY", spki());
  }

  /** How bundles name the key: algorithm and SHA-256 of the 1,952 bytes. */
  public String hint() {
    return "ML_DSA_65:" + Digest.of(raw).hex();
  }

  /** Fails unless this is the key's signature over the message, with an empty context. */
  public void verify(byte[] message, byte[] signature) throws BadInput {
    try {
      Signature verifier = Signature.getInstance("ML-DSA-65");
      verifier.initVerify(key);
      verifier.update(message);
      if (!verifier.verify(signature)) {
        throw new BadInput("ML-DSA-65 signature does not verify");
      }
    } catch (SignatureException e) {
      throw new BadInput("ML-DSA-65 signature does not verify", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("internal error: every JDK 25 has ML-DSA", e);
    }
  }
}
