package dev.sallyport.keys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.SecretKey;

/**
 * Key bytes outside the Java heap: on a page of their own, locked into memory and left out of core
 * dumps where the system allows it ({@link #locked}), wiped on {@link #close}.
 *
 * <p>The JCE takes keys from heap arrays only. {@link #use} and {@link #withKey} therefore lend a
 * heap copy for the length of one call and wipe it afterwards; what the JCE itself derives from it
 * (an AES key schedule inside a {@code Cipher}) lives until that object is collected.
 *
 * <p>Owned by whoever created it; safe for use by several threads. A closed secret throws.
 */
public final class Secret implements AutoCloseable {
  /** Length of every data key, root key and seed, in bytes. */
  public static final int KEY_LENGTH = 32;

  private static final int MIN_LENGTH = 16;
  private static final int MAX_LENGTH = 128;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment page = arena.allocate(SecretMemory.PAGE, SecretMemory.PAGE);
  private final MemorySegment bytes;
  private final boolean locked;
  private final String id;
  private boolean closed;

  /** Work on bytes or a key that are wiped when it returns; it must not keep them. */
  @FunctionalInterface
  public interface Use<I, T, X extends Exception> {
    T with(I lent) throws X;
  }

  /** Fills a scratch array that is copied off the heap and wiped when it returns. */
  @FunctionalInterface
  public interface Fill<X extends Exception> {
    void into(byte[] scratch) throws X;
  }

  private Secret(byte[] from) {
    this.bytes = page.asSlice(0, from.length);
    this.locked = SecretMemory.lock(page);
    MemorySegment.copy(from, 0, bytes, ValueLayout.JAVA_BYTE, 0, from.length);
    byte[] label = new byte[4];
    new SecureRandom().nextBytes(label);
    this.id = HexFormat.of().formatHex(label);
  }

  /** A fresh 32-byte key from the system's random source. */
  public static Secret random() {
    return filled(KEY_LENGTH, scratch -> new SecureRandom().nextBytes(scratch));
  }

  /** A secret of {@code length} bytes that {@code fill} writes. */
  public static <X extends Exception> Secret filled(int length, Fill<X> fill) throws X {
    if (length < MIN_LENGTH || length > MAX_LENGTH) {
      throw new IllegalArgumentException("internal error: secret of " + length + " bytes");
    }
    byte[] scratch = new byte[length];
    try {
      fill.into(scratch);
      return new Secret(scratch);
    } finally {
      Arrays.fill(scratch, (byte) 0);
    }
  }

  /** Moves the bytes into a secret: the array is wiped. */
  public static Secret take(byte[] bytes) {
    try {
      return filled(
          bytes.length, scratch -> System.arraycopy(bytes, 0, scratch, 0, scratch.length));
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /** Lends a heap copy of the bytes for one call. */
  public <T, X extends Exception> T use(Use<byte[], T, X> body) throws X {
    byte[] copy = copy();
    try {
      return body.with(copy);
    } finally {
      Arrays.fill(copy, (byte) 0);
    }
  }

  /** Lends the bytes as a JCE key for one call. */
  public <T, X extends Exception> T withKey(String algorithm, Use<SecretKey, T, X> body) throws X {
    try (LentKey key = new LentKey(algorithm, copy())) {
      return body.with(key);
    }
  }

  /** HKDF-Expand with SHA-384 (RFC 5869 §2.3) of this secret as the pseudorandom key. */
  public Secret expand(byte[] info, int length) {
    return use(prk -> filled(length, out -> Hkdf.expand(prk, info, out)));
  }

  /** Length in bytes. */
  public int length() {
    return Math.toIntExact(bytes.byteSize());
  }

  /** Whether the page is locked into memory; false if the system's limit does not allow it. */
  public boolean locked() {
    return locked;
  }

  private synchronized byte[] copy() {
    if (closed) {
      throw new IllegalStateException("internal error: " + this + " used after close");
    }
    return bytes.toArray(ValueLayout.JAVA_BYTE);
  }

  /** Wipes the bytes. Closing twice is allowed. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      page.fill((byte) 0);
      if (locked) {
        SecretMemory.unlock(page);
      }
      arena.close();
    }
  }

  @Override
  public String toString() {
    return "Secret[id=" + id + "]";
  }
}
