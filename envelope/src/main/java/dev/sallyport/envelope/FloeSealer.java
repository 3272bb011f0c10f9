package dev.sallyport.envelope;

import dev.sallyport.keys.Secret;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;

/**
 * Encrypts one plaintext as FLOE, segment by segment. {@link #next} deals out the segments in
 * order, on one thread; each may then be sealed on any thread.
 *
 * <p>INVARIANT: a position is dealt once, a segment is sealed once, and none follows the last
 * (spec/sealed-weights.md §4); the type does not let a caller repeat one.
 */
public final class FloeSealer implements AutoCloseable {
  private final FloeKeys keys;
  private final SecureRandom random = new SecureRandom();
  private long position;
  private boolean lastDealt;

  private FloeSealer(FloeKeys keys, long position) {
    this.keys = keys;
    this.position = position;
  }

  /**
   * Starts a ciphertext.
   *
   * @param key 32 bytes; it stays the caller's
   */
  public static FloeSealer start(Secret key, byte[] associatedData, FloeParams params) {
    return new FloeSealer(FloeKeys.start(key, associatedData, params), 0);
  }

  /** Goes on with a ciphertext whose segments before {@code first} were verified. */
  static FloeSealer from(FloeKeys keys, long first) {
    return new FloeSealer(keys, first);
  }

  /** The first {@link FloeParams#HEADER_LENGTH} bytes of the ciphertext. */
  public byte[] header() {
    return keys.header();
  }

  /** The next segment; {@code last} ends the ciphertext. */
  public Segment next(boolean last) {
    if (lastDealt || position >= FloeParams.MAX_SEGMENTS - 1) {
      throw new IllegalStateException("internal error: segment after the last");
    }
    lastDealt = last;
    return new Segment(position++, last);
  }

  /** One segment to be sealed. */
  public final class Segment {
    private final long at;
    private final boolean last;
    private final AtomicBoolean sealed = new AtomicBoolean();

    private Segment(long at, boolean last) {
      this.at = at;
      this.last = last;
    }

    /**
     * Encrypts.
     *
     * @param plain exactly {@link FloeParams#plainLength} bytes, or at most that if it is the last
     * @param out takes {@code length} + 32 bytes
     * @return the length of the encrypted segment
     */
    public int seal(byte[] plain, int length, byte[] out) {
      int full = keys.params().plainLength();
      if (length > full || (length < full && !last) || sealed.getAndSet(true)) {
        throw new IllegalStateException("internal error: segment of wrong length or sealed twice");
      }
      byte[] nonce = new byte[12];
      random.nextBytes(nonce);
      int total = length + FloeParams.OVERHEAD;
      ByteBuffer.wrap(out).putInt(last ? total : FloeFile.NOT_LAST).put(nonce);
      try {
        Slice in = new Slice(plain, 0, length);
        return 16 + keys.crypt(Cipher.ENCRYPT_MODE, at, last, nonce, in, out, 16);
      } catch (AEADBadTagException e) {
        throw new IllegalStateException("internal error: bad tag while encrypting", e);
      }
    }
  }

  @Override
  public void close() {
    keys.close();
  }
}
