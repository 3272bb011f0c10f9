package dev.sallyport.keys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.SecretKey;

/**
 * Key bytes outside the Java heap: on a page of their own, which only this process maps ({@code
 * memfd_secret}) or which is locked into memory and left out of core dumps, as far as the system
 * allows it ({@link #protection}); wiped on {@link #close}.
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
  private final MemorySegment page;
  private final MemorySegment bytes;
  private final Protection protection;
  private final String id;
  private boolean closed;

  /** How well the page is kept from others. */
  public enum Protection {
    /** {@code memfd_secret}: no other process, not even the kernel, has it mapped. */
    SECRET,
    /** Locked into memory, left out of core dumps. */
    LOCKED,
    /** The system refused both. */
    NONE;

    /** In status and logs: {@code memfd_secret}, {@code mlock}, {@code none}. */
    public String label() {
      return switch (this) {
        case SECRET -> "memfd_secret";
        case LOCKED -> "mlock";
        case NONE -> "none";
      };
    }
  }

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
    Optional<MemorySegment> secret = SecretMemory.secretPage(arena);
    this.page = secret.orElseGet(() -> arena.allocate(SecretMemory.PAGE, SecretMemory.PAGE));
    this.bytes = page.asSlice(0, from.length);
    if (secret.isPresent()) {
      this.protection = Protection.SECRET;
    } else {
      this.protection = SecretMemory.lock(page) ? Protection.LOCKED : Protection.NONE;
    }
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

  /** How the page is protected; {@code NONE} if the system's limits allow nothing. */
  public Protection protection() {
    return protection;
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
      if (protection == Protection.LOCKED) {
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
