package dev.sallyport.custody;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.keys.Recipient;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.XWing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Arrays;
import javax.crypto.KEM;
import javax.crypto.SecretKey;

/**
 * The private side of X-Wing: a 32-byte seed from which both key pairs are expanded with SHAKE256,
 * anew for every unwrapping, so that only the seed needs guarding.
 *
 * <p>Owned by its creator, who closes it; safe for several threads.
 *
 * @see <a href="https://datatracker.ietf.org/doc/draft-connolly-cfrg-xwing-kem/">X-Wing §5.2,
 *     §5.5</a>
 */
public final class RecipientKey implements AutoCloseable {
  private static final int EXPANDED = 96;
  private static final String FILE_LABEL = "sallyport recipient key v1";

  private final Secret seed;
  private final Recipient recipient;

  private RecipientKey(Secret seed, Recipient recipient) {
    this.seed = seed;
    this.recipient = recipient;
  }

  /** A fresh key. Close it after use: a lease's key pair serves once. */
  public static RecipientKey generate() {
    return ofSeed(Secret.random());
  }

  /** The key of this seed, of which it becomes the owner. */
  static RecipientKey ofSeed(Secret seed) {
    Pairs pairs = expand(seed);
    try {
      byte[] spki = pairs.mlKem.getPublic().getEncoded();
      byte[] raw = Arrays.copyOfRange(spki, spki.length - XWing.ML_KEM_PUBLIC, spki.length);
      byte[] bytes = ByteBuffer.allocate(XWing.PUBLIC_LENGTH).put(raw).put(pairs.publicX).array();
      return new RecipientKey(seed, Recipient.parse(bytes));
    } catch (BadInput e) {
      throw new IllegalStateException("internal error: own public key is refused", e);
    } finally {
      pairs.wipe();
    }
  }

  /** Writes a fresh key to a new file that only its owner may read. */
  public static RecipientKey create(Path file) throws IOException {
    RecipientKey key = generate();
    KeyFile.create(file, FILE_LABEL, key.seed);
    return key;
  }

  /** Reads the file that {@link #create} wrote. */
  public static RecipientKey read(Path file) throws IOException, BadInput {
    return ofSeed(KeyFile.read(file, FILE_LABEL));
  }

  /** The public side. */
  public Recipient recipient() {
    return recipient;
  }

  /** The digest of the public side. */
  public Digest id() {
    return recipient.id();
  }

  /**
   * Opens what was wrapped to this key.
   *
   * @throws BadInput with one message for every cause: another key, other associated data, altered
   */
  public Secret unwrap(byte[] wrapped, byte[] associatedData) throws BadInput {
    if (wrapped.length != XWing.WRAPPED_LENGTH) {
      throw new BadInput(
          "wrapped key of " + wrapped.length + " bytes; X-Wing's has " + XWing.WRAPPED_LENGTH);
    }
    byte[] ciphertext = Arrays.copyOf(wrapped, XWing.CIPHERTEXT_LENGTH);
    byte[] box = Arrays.copyOfRange(wrapped, XWing.CIPHERTEXT_LENGTH, wrapped.length);
    try (Secret shared = decapsulate(ciphertext)) {
      return XWing.open(shared, recipient, box, associatedData);
    }
  }

  /** The shared secret of a ciphertext of 1,120 bytes. */
  Secret decapsulate(byte[] ciphertext) throws BadInput {
    byte[] mlKemPart = Arrays.copyOf(ciphertext, XWing.ML_KEM_CIPHERTEXT);
    byte[] ephemeral =
        Arrays.copyOfRange(ciphertext, XWing.ML_KEM_CIPHERTEXT, XWing.CIPHERTEXT_LENGTH);
    Pairs pairs = expand(seed);
    byte[] mlKemSecret = new byte[0];
    byte[] xSecret = new byte[0];
    try {
      mlKemSecret = decapsulate(pairs.mlKem.getPrivate(), mlKemPart);
      xSecret = XWing.x25519(pairs.scalar, ephemeral);
      return XWing.combine(mlKemSecret, xSecret, ephemeral, pairs.publicX);
    } catch (GeneralSecurityException e) {
      throw new BadInput("wrapped key does not open with this recipient key", e);
    } finally {
      Arrays.fill(mlKemSecret, (byte) 0);
      Arrays.fill(xSecret, (byte) 0);
      pairs.wipe();
    }
  }

  private static byte[] decapsulate(PrivateKey key, byte[] ciphertext)
      throws GeneralSecurityException {
    SecretKey secret = KEM.getInstance("ML-KEM").newDecapsulator(key).decapsulate(ciphertext);
    return secret.getEncoded();
  }

  /** Both key pairs; lives for one call. */
  private static final class Pairs {
    private final KeyPair mlKem;
    private final byte[] scalar;
    private final byte[] publicX;

    Pairs(KeyPair mlKem, byte[] scalar, byte[] publicX) {
      this.mlKem = mlKem;
      this.scalar = scalar;
      this.publicX = publicX;
    }

    void wipe() {
      Arrays.fill(scalar, (byte) 0);
    }
  }

  private static Pairs expand(Secret seed) {
    byte[] expanded = seed.use(s -> Shake256.digest(s, EXPANDED));
    byte[] scalar = Arrays.copyOfRange(expanded, 64, EXPANDED);
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("ML-KEM-768");
      generator.initialize(-1, new SeedSource(expanded));
      return new Pairs(generator.generateKeyPair(), scalar, XWing.x25519Base(scalar));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("internal error: every JDK 25 has ML-KEM and X25519", e);
    } finally {
      Arrays.fill(expanded, (byte) 0);
    }
  }

  @Override
  public void close() {
    seed.close();
  }

  @Override
  public String toString() {
    return "RecipientKey[id=" + id().brief() + "]";
  }
}
