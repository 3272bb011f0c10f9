package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.KEM;

/**
 * An X-Wing public key: anybody can wrap a key to it, only the holder of the private side can
 * unwrap. Hybrid: it holds while either X25519 or ML-KEM-768 does.
 */
public final class Recipient {
  private final byte[] bytes;
  private final PublicKey mlKem;
  private final Digest id;

  private Recipient(byte[] bytes, PublicKey mlKem) {
    this.bytes = bytes;
    this.mlKem = mlKem;
    this.id = Digest.of(bytes);
  }

  /** Reads the 1,216 bytes: ML-KEM-768 encapsulation key, then X25519 public key. */
  public static Recipient parse(byte[] bytes) throws BadInput {
    if (bytes.length != XWing.PUBLIC_LENGTH) {
      throw new BadInput(
          "recipient key of " + bytes.length + " bytes; X-Wing has " + XWing.PUBLIC_LENGTH);
    }
    try {
      PublicKey mlKem = XWing.mlKemPublic(Arrays.copyOf(bytes, XWing.ML_KEM_PUBLIC));
      Recipient recipient = new Recipient(bytes.clone(), mlKem);
      // A trial run: it refuses coefficients out of range and X25519 points of small order.
      recipient.encapsulate(new byte[XWing.CIPHERTEXT_LENGTH], new SecureRandom()).close();
      return recipient;
    } catch (GeneralSecurityException e) {
      throw new BadInput("recipient key is not an X-Wing public key", e);
    }
  }

  /** Reads 2,432 lower-case hex digits. */
  public static Recipient fromHex(String hex) throws BadInput {
    try {
      Recipient recipient = parse(HexFormat.of().parseHex(hex));
      if (!recipient.hex().equals(hex)) {
        throw new BadInput("recipient key is not lower-case hex");
      }
      return recipient;
    } catch (IllegalArgumentException e) {
      throw new BadInput("recipient key is not hex", e);
    }
  }

  /** The 1,216 bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** The bytes as lower-case hex, as trust roots and lease requests carry them. */
  public String hex() {
    return HexFormat.of().formatHex(bytes);
  }

  /** The digest of the bytes. */
  public Digest id() {
    return id;
  }

  /**
   * Wraps a 32-byte key to this recipient.
   *
   * @return {@link XWing#WRAPPED_LENGTH} bytes: X-Wing ciphertext, encrypted key, tag
   */
  public byte[] wrap(Secret key, byte[] associatedData) {
    return wrap(key, associatedData, new SecureRandom());
  }

  byte[] wrap(Secret key, byte[] associatedData, SecureRandom random) {
    if (key.length() != Secret.KEY_LENGTH) {
      throw new IllegalArgumentException("internal error: only 32-byte keys are wrapped");
    }
    byte[] ciphertext = new byte[XWing.CIPHERTEXT_LENGTH];
    try (Secret shared = encapsulate(ciphertext, random)) {
      byte[] box = XWing.seal(shared, this, key, associatedData);
      return ByteBuffer.allocate(XWing.WRAPPED_LENGTH).put(ciphertext).put(box).array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("internal error: every JDK 25 has ML-KEM and X25519", e);
    }
  }

  /** Encapsulates: fills {@code ciphertext} and returns the shared secret. */
  Secret encapsulate(byte[] ciphertext, SecureRandom random) throws GeneralSecurityException {
    KEM.Encapsulated mlKemPart =
        KEM.getInstance("ML-KEM").newEncapsulator(mlKem, null, random).encapsulate();
    byte[] scalar = new byte[32];
    byte[] mlKemSecret = mlKemPart.key().getEncoded();
    byte[] xSecret = new byte[0];
    try {
      random.nextBytes(scalar);
      byte[] publicX = Arrays.copyOfRange(bytes, XWing.ML_KEM_PUBLIC, bytes.length);
      byte[] ephemeral = XWing.x25519Base(scalar);
      xSecret = XWing.x25519(scalar, publicX);
      ByteBuffer.wrap(ciphertext).put(mlKemPart.encapsulation()).put(ephemeral);
      return XWing.combine(mlKemSecret, xSecret, ephemeral, publicX);
    } finally {
      Arrays.fill(scalar, (byte) 0);
      Arrays.fill(mlKemSecret, (byte) 0);
      Arrays.fill(xSecret, (byte) 0);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Recipient r && id.equals(r.id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return "Recipient[id=" + id.brief() + "]";
  }
}
