package dev.sallyport.envelope;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedDeque;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;

/**
 * A FLOE ciphertext in a file, opened for reading at random or in order. Opening verifies the
 * header and the last segment, so the size it reports is authentic and truncation is found at once;
 * every other segment is verified when it is read, before a byte of it is handed out.
 *
 * <p>Safe for several threads. Closing wipes the keys; the channel stays the caller's.
 */
public final class FloeFile implements AutoCloseable {
  /** The length field of every segment but the last. */
  static final int NOT_LAST = 0xFFFFFFFF;

  private final FileChannel channel;
  private final FloeKeys keys;
  private final long segments;
  private final long bodyLength;
  private final ConcurrentLinkedDeque<byte[]> buffers = new ConcurrentLinkedDeque<>();

  private FloeFile(FileChannel channel, FloeKeys keys, long segments, long bodyLength) {
    this.channel = channel;
    this.keys = keys;
    this.segments = segments;
    this.bodyLength = bodyLength;
  }

  /**
   * Opens the ciphertext that the whole of {@code channel} holds.
   *
   * @param key 32 bytes; it stays the caller's
   * @throws BadInput {@code header: …} or {@code chunk n of n: …}
   */
  public static FloeFile open(
      FileChannel channel, Secret key, byte[] associatedData, FloeParams params)
      throws IOException, BadInput {
    long length = channel.size();
    long segments = params.segmentsOf(length);
    byte[] header = new byte[FloeParams.HEADER_LENGTH];
    fill(channel, 0, header, header.length);
    FloeKeys keys = FloeKeys.open(key, associatedData, params, header);
    FloeFile file = new FloeFile(channel, keys, segments, length - FloeParams.HEADER_LENGTH);
    try {
      file.segment(segments - 1, new byte[params.plainLength()]);
      return file;
    } catch (IOException | BadInput e) {
      file.close();
      throw e;
    }
  }

  /** Plaintext size in bytes. */
  public long size() {
    return bodyLength - segments * FloeParams.OVERHEAD;
  }

  /** Number of segments, at least one. */
  public long segments() {
    return segments;
  }

  /** Plaintext bytes in every segment but the last. */
  public int plainLength() {
    return keys.params().plainLength();
  }

  /**
   * Decrypts one segment.
   *
   * @param index from 0
   * @param out takes {@link #plainLength} bytes; left untouched or zeroed if the segment is bad
   * @return its plaintext length
   * @throws BadInput {@code chunk 7 of 912: tag mismatch}
   */
  public int segment(long index, byte[] out) throws IOException, BadInput {
    if (index < 0 || index >= segments) {
      throw new IllegalArgumentException("internal error: chunk read after last");
    }
    byte[] pooled = buffers.poll();
    byte[] sealed = pooled == null ? new byte[keys.params().segmentLength()] : pooled;
    try {
      return open(index, sealed, out);
    } catch (AEADBadTagException e) {
      Arrays.fill(out, (byte) 0);
      throw new BadInput(chunk(index) + "tag mismatch", e);
    } finally {
      buffers.push(sealed);
    }
  }

  private int open(long index, byte[] sealed, byte[] out)
      throws IOException, BadInput, AEADBadTagException {
    boolean last = index == segments - 1;
    int full = keys.params().segmentLength();
    int length = last ? Math.toIntExact(bodyLength - index * full) : full;
    try {
      fill(channel, FloeParams.HEADER_LENGTH + index * full, sealed, length);
    } catch (BadInput e) {
      throw new BadInput(chunk(index) + e.getMessage(), e);
    }
    int field = ByteBuffer.wrap(sealed).getInt();
    if (field != (last ? length : NOT_LAST)) {
      throw new BadInput(
          chunk(index)
              + "length field "
              + Integer.toUnsignedLong(field)
              + (last
                  ? ", not that of a last chunk of " + length
                  : ", not that of an inner chunk"));
    }
    byte[] nonce = Arrays.copyOfRange(sealed, 4, 16);
    Slice in = new Slice(sealed, 16, length - 16);
    return keys.crypt(Cipher.DECRYPT_MODE, index, last, nonce, in, out, 0);
  }

  /**
   * Reads plaintext at any position.
   *
   * @return how many bytes were read; fewer than {@code length} only at the end, 0 past it
   */
  public int read(long position, byte[] to, int at, int length) throws IOException, BadInput {
    int plain = plainLength();
    int wanted = (int) Math.max(0, Math.min(length, size() - position));
    byte[] segment = new byte[plain];
    int done = 0;
    while (done < wanted) {
      long from = position + done;
      int have = segment(from / plain, segment);
      int offset = (int) (from % plain);
      int count = Math.min(wanted - done, have - offset);
      System.arraycopy(segment, offset, to, at + done, count);
      done += count;
    }
    Arrays.fill(segment, (byte) 0);
    return done;
  }

  private String chunk(long index) {
    return "chunk " + (index + 1) + " of " + segments + ": ";
  }

  static void fill(FileChannel channel, long position, byte[] into, int length)
      throws IOException, BadInput {
    ByteBuffer buffer = ByteBuffer.wrap(into, 0, length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new BadInput("file ends early");
      }
    }
  }

  @Override
  public void close() {
    keys.close();
  }
}
