package dev.sallyport.envelope;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;

/**
 * A FLOE ciphertext whose sealing was cut off, so it has no last segment. Opening verifies the
 * header; {@link #compare} says of each whole segment whether it is a plaintext's, and {@link
 * #goOn} seals the rest behind those that are kept.
 *
 * <p>Safe for several threads, until it goes on. Closing wipes the keys, the sealer's too; the
 * channel stays the caller's.
 */
public final class FloeDraft implements AutoCloseable {
  private final FileChannel channel;
  private final FloeKeys keys;
  private final AtomicBoolean wentOn = new AtomicBoolean();
  private final ConcurrentLinkedDeque<Room> rooms = new ConcurrentLinkedDeque<>();

  /** What a segment of the draft turned out to be. */
  public enum Found {
    /** Authentic, and the plaintext that was expected. */
    SAME,
    /** Authentic, and another plaintext. */
    OTHER,
    /** Torn, never written, or altered: these cannot be told apart. */
    BROKEN
  }

  /** Buffers of one comparison. */
  private static final class Room {
    private final byte[] sealed;
    private final byte[] plain;

    private Room(FloeParams params) {
      sealed = new byte[params.segmentLength()];
      plain = new byte[params.plainLength()];
    }
  }

  private FloeDraft(FileChannel channel, FloeKeys keys) {
    this.channel = channel;
    this.keys = keys;
  }

  /**
   * Opens a draft.
   *
   * @param key 32 bytes; it stays the caller's
   * @throws BadInput if the header is torn or not authentic
   */
  public static FloeDraft open(
      FileChannel channel, Secret key, byte[] associatedData, FloeParams params)
      throws IOException, BadInput {
    byte[] header = new byte[FloeParams.HEADER_LENGTH];
    FloeFile.fill(channel, 0, header, header.length);
    return new FloeDraft(channel, FloeKeys.open(key, associatedData, params, header));
  }

  /** The header, with the IV that tells this ciphertext from every other. */
  public byte[] header() {
    return keys.header();
  }

  /**
   * Looks at one inner segment.
   *
   * @param plain what it should be: {@link FloeParams#plainLength} bytes
   */
  public Found compare(long index, byte[] plain) throws IOException {
    Room pooled = rooms.poll();
    Room room = pooled == null ? new Room(keys.params()) : pooled;
    try {
      FloeFile.fill(channel, position(index), room.sealed, room.sealed.length);
      if (ByteBuffer.wrap(room.sealed).getInt() != FloeFile.NOT_LAST) {
        return Found.BROKEN;
      }
      byte[] nonce = Arrays.copyOfRange(room.sealed, 4, 16);
      Slice in = new Slice(room.sealed, 16, room.sealed.length - 16);
      keys.crypt(Cipher.DECRYPT_MODE, index, false, nonce, in, room.plain, 0);
      return Arrays.equals(room.plain, plain) ? Found.SAME : Found.OTHER;
    } catch (BadInput | AEADBadTagException e) {
      return Found.BROKEN;
    } finally {
      Arrays.fill(room.plain, (byte) 0);
      rooms.push(room);
    }
  }

  /**
   * Seals on from a segment; whatever the file has from there on must be cut off.
   *
   * <p>INVARIANT: every segment from {@code first} on gets a fresh random nonce, so no pair of key
   * and nonce comes twice even if a lost segment had the same index (spec/sealed-weights.md §4).
   */
  public FloeSealer goOn(long first) {
    if (wentOn.getAndSet(true)) {
      throw new IllegalStateException("internal error: draft goes on twice");
    }
    return FloeSealer.from(keys, first);
  }

  private long position(long index) {
    return FloeParams.HEADER_LENGTH + index * keys.params().segmentLength();
  }

  @Override
  public void close() {
    keys.close();
  }
}
