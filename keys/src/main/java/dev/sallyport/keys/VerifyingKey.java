package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;

/** An Ed25519 public key (RFC 8032) of a person or a process; its id is the digest of its SPKI. */
public final class VerifyingKey {
  private static final int SPKI_LENGTH = 44;
  private static final int RAW_LENGTH = 32;

  private final PublicKey key;
  private final byte[] spki;
  private final Digest id;

  private VerifyingKey(PublicKey key, byte[] spki) {
    this.key = key;
    this.spki = spki;
    this.id = Digest.of(spki);
  }

  /** Reads a DER SubjectPublicKeyInfo (RFC 8410), 44 bytes. */
  public static VerifyingKey fromSpki(byte[] spki) throws BadInput {
    try {
      PublicKey key =
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki));
      // Equal keys must have equal ids, so only the one DER encoding is accepted.
      if (spki.length != SPKI_LENGTH || !Arrays.equals(key.getEncoded(), spki)) {
        throw new BadInput("public key is not the canonical 44-byte SPKI of Ed25519");
      }
      return new VerifyingKey(key, spki.clone());
    } catch (GeneralSecurityException e) {
      throw new BadInput("public key is not an Ed25519 SPKI", e);
    }
  }

  /** The digest of the SPKI. */
  public Digest id() {
    return id;
  }

  /** The DER SubjectPublicKeyInfo. */
  public byte[] spki() {
    return spki.clone();
  }

  /** The 32 bytes of RFC 8032, as signed notes carry them. */
  public byte[] raw() {
    return Arrays.copyOfRange(spki, SPKI_LENGTH - RAW_LENGTH, SPKI_LENGTH);
  }

  /** Fails unless {@code signature} is this key's over {@code message}. */
  public void verify(byte[] message, byte[] signature) throws BadInput {
    try {
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(key);
      verifier.update(message);
      if (verifier.verify(signature)) {
        return;
      }
      throw new BadInput("signature of key " + id.brief() + " does not verify");
    } catch (SignatureException e) {
      throw new BadInput("signature of key " + id.brief() + " does not verify", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("internal error: every JDK 25 has Ed25519", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VerifyingKey k && id.equals(k.id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return "VerifyingKey[id=" + id.brief() + "]";
  }
}
