package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.GCMParameterSpec;

/**
 * What both sides of X-Wing share: sizes, encodings, the combiner, and the use of the shared secret
 * to encrypt one key (spec/sealed-weights.md §2). {@link Recipient} is the public side; the private
 * side is in the custody room.
 *
 * @see <a href="https://datatracker.ietf.org/doc/draft-connolly-cfrg-xwing-kem/">X-Wing</a>
 */
public final class XWing {
  /** Public key: ML-KEM-768 encapsulation key, then X25519 public key, in bytes. */
  public static final int PUBLIC_LENGTH = 1216;

  /** Ciphertext: ML-KEM-768 ciphertext, then X25519 ephemeral public key, in bytes. */
  public static final int CIPHERTEXT_LENGTH = 1120;

  /** The ML-KEM-768 part of a public key, in bytes. */
  public static final int ML_KEM_PUBLIC = 1184;

  /** The ML-KEM-768 part of a ciphertext, in bytes. */
  public static final int ML_KEM_CIPHERTEXT = 1088;

  /** A wrapped 32-byte key: ciphertext, encrypted key, tag; in bytes. */
  public static final int WRAPPED_LENGTH = CIPHERTEXT_LENGTH + Secret.KEY_LENGTH + 16;

  private static final byte[] LABEL = HexFormat.of().parseHex("5c2e2f2f5e5c");
  private static final byte[] WRAP_SALT = Labels.ascii("sallyport/x-wing/wrap/v1");
  private static final byte[] ML_KEM_SPKI =
      HexFormat.of().parseHex("308204b2300b0609608648016503040402038204a100");
  private static final byte[] X25519_SPKI = HexFormat.of().parseHex("302a300506032b656e032100");
  private static final byte[] X25519_PKCS8 =
      HexFormat.of().parseHex("302e020100300506032b656e04220420");

  private XWing() {}

  /**
   * The combiner: SHA3-256 of both shared secrets, the X25519 ciphertext and public key, and the
   * label last.
   */
  public static Secret combine(byte[] mlKem, byte[] x25519, byte[] ephemeral, byte[] publicX) {
    try {
      MessageDigest sha3 = MessageDigest.getInstance("SHA3-256");
      sha3.update(mlKem);
      sha3.update(x25519);
      sha3.update(ephemeral);
      sha3.update(publicX);
      return Secret.take(sha3.digest(LABEL));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("internal error: every JDK has SHA3-256", e);
    }
  }

  /** The ML-KEM-768 key of 1,184 raw bytes. */
  public static PublicKey mlKemPublic(byte[] raw) throws GeneralSecurityException {
    return KeyFactory.getInstance("ML-KEM-768")
        .generatePublic(new X509EncodedKeySpec(join(ML_KEM_SPKI, raw)));
  }

  /** The X25519 key of 32 raw bytes (RFC 7748). */
  public static PublicKey x25519Public(byte[] raw) throws GeneralSecurityException {
    return KeyFactory.getInstance("X25519")
        .generatePublic(new X509EncodedKeySpec(join(X25519_SPKI, raw)));
  }

  /** X25519 (RFC 7748) of a raw scalar and a raw point; refuses points of small order. */
  public static byte[] x25519(byte[] scalar, byte[] point) throws GeneralSecurityException {
    byte[] pkcs8 = join(X25519_PKCS8, scalar);
    try {
      PrivateKey key =
          KeyFactory.getInstance("X25519").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      KeyAgreement agreement = KeyAgreement.getInstance("X25519");
      agreement.init(key);
      agreement.doPhase(x25519Public(point), true);
      return agreement.generateSecret();
    } finally {
      Arrays.fill(pkcs8, (byte) 0);
    }
  }

  /** The X25519 public key of a raw scalar. */
  public static byte[] x25519Base(byte[] scalar) throws GeneralSecurityException {
    byte[] base = new byte[32];
    base[0] = 9;
    return x25519(scalar, base);
  }

  /** Encrypts a key under a shared secret that is used for nothing else. */
  static byte[] seal(Secret shared, Recipient recipient, Secret key, byte[] associatedData)
      throws GeneralSecurityException {
    return key.use(plain -> crypt(Cipher.ENCRYPT_MODE, shared, recipient, plain, associatedData));
  }

  /**
   * Decrypts what {@link Recipient#wrap} encrypted under this shared secret.
   *
   * @param box the encrypted key and its tag, 48 bytes
   */
  public static Secret open(Secret shared, Recipient recipient, byte[] box, byte[] associatedData)
      throws BadInput {
    try {
      return Secret.take(crypt(Cipher.DECRYPT_MODE, shared, recipient, box, associatedData));
    } catch (GeneralSecurityException e) {
      throw new BadInput("wrapped key does not open with this recipient key", e);
    }
  }

  private static byte[] crypt(
      int mode, Secret shared, Recipient recipient, byte[] input, byte[] associatedData)
      throws GeneralSecurityException {
    byte[] keyAndNonce = new byte[Secret.KEY_LENGTH + 12];
    byte[] prk = shared.use(ss -> Hkdf.extract(WRAP_SALT, ss));
    Hkdf.expand(prk, recipient.id().bytes(), keyAndNonce);
    Arrays.fill(prk, (byte) 0);
    byte[] nonce = Arrays.copyOfRange(keyAndNonce, Secret.KEY_LENGTH, keyAndNonce.length);
    try (LentKey key = new LentKey("AES", Arrays.copyOf(keyAndNonce, Secret.KEY_LENGTH))) {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, key, new GCMParameterSpec(128, nonce));
      cipher.updateAAD(associatedData);
      return cipher.doFinal(input);
    } finally {
      Arrays.fill(keyAndNonce, (byte) 0);
    }
  }

  private static byte[] join(byte[] a, byte[] b) {
    return ByteBuffer.allocate(a.length + b.length).put(a).put(b).array();
  }
}
