package dev.sallyport.audit;

import dev.sallyport.core.BadInput;
import dev.sallyport.tlog.EntryBundle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The entries that the tiles may not hold yet. An append is one write and one fdatasync.
 *
 * <p>A sequence of frames: magic, body length, CRC-32C of the body (32 bits each, big-endian),
 * body. The first body is a head signed by the log: all entries below its size are in durable
 * tiles. Every other body is the index of its first entry (64 bits) and an entry bundle. Owned by
 * the appending thread.
 */
final class Journal implements AutoCloseable {
  /** The head with a full bundle of the longest entries, the soft limit and one batch fit. */
  static final int MAX_BYTES = 64 << 20;

  private static final int MAGIC = 0x53504a31; // "SPJ1"
  private static final int HEADER = 12;

  private final FileChannel channel;
  private final long base;
  private final long start;
  private long end;
  private boolean broken;

  /** What a journal holds: a signed head and the entries from its size on. */
  record Contents(String head, List<Run> runs, long end) {}

  /** Entries from one write. */
  record Run(long first, List<byte[]> entries) {}

  private Journal(FileChannel channel, long base, long end) {
    this.channel = channel;
    this.base = base;
    this.start = end;
    this.end = end;
  }

  /** The bytes of a new journal. */
  static byte[] initial(String head, long first, List<byte[]> entries) {
    byte[] headFrame = frame(head.getBytes(StandardCharsets.UTF_8)).array();
    byte[] tail = entries.isEmpty() ? new byte[0] : frame(body(first, entries)).array();
    return ByteBuffer.allocate(headFrame.length + tail.length).put(headFrame).put(tail).array();
  }

  /**
   * Opens a journal for appending after its last whole frame; a torn tail is cut off.
   *
   * @param base the size in its head, which the caller has verified
   */
  static Journal open(Path file, Contents contents, long base) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    if (channel.size() > contents.end()) {
      channel.truncate(contents.end());
      channel.force(true);
    }
    channel.position(contents.end());
    return new Journal(channel, base, contents.end());
  }

  /**
   * Reads a journal. A bad frame at the end is the torn tail of a killed write, which was not
   * acknowledged; a bad frame before a good one is damage, because a frame is written only after
   * the one before it is durable.
   */
  static Contents read(byte[] journal) throws BadInput {
    ByteBuffer in = ByteBuffer.wrap(journal);
    byte[] head = next(in).orElseThrow(() -> new BadInput("journal: the signed head is damaged"));
    List<Run> runs = new ArrayList<>();
    for (Optional<byte[]> body = next(in); body.isPresent(); body = next(in)) {
      runs.add(run(body.get()));
    }
    int end = in.position();
    for (int at = end + 1; at <= journal.length - HEADER; at++) {
      if (next(in.position(at)).isPresent()) {
        throw new BadInput("journal: damaged at byte " + end + ", before whole records");
      }
    }
    return new Contents(new String(head, StandardCharsets.UTF_8), List.copyOf(runs), end);
  }

  /** Makes these entries durable, or fails and leaves the journal as it was. */
  void append(long first, List<byte[]> entries) throws IOException {
    if (broken) {
      throw new IOException("an earlier write failed half-way; the log must be opened anew");
    }
    ByteBuffer frame = frame(body(first, entries));
    int length = frame.remaining();
    try {
      LogFiles.writeFully(channel, frame);
    } catch (IOException e) {
      undo(e);
      throw e;
    }
    // After a failed fdatasync nobody knows what is on the disk: only recovery may decide.
    broken = true;
    channel.force(false);
    broken = false;
    end += length;
  }

  private void undo(IOException cause) {
    try {
      channel.truncate(end);
      channel.position(end);
    } catch (IOException e) {
      broken = true;
      cause.addSuppressed(e);
    }
  }

  /** The index of its first entry. */
  long base() {
    return base;
  }

  /** Bytes appended since it was opened. */
  long appended() {
    return end - start;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** The body of the frame at the position, which moves behind it; empty if it is not whole. */
  private static Optional<byte[]> next(ByteBuffer in) {
    int at = in.position();
    if (in.remaining() >= HEADER && in.getInt() == MAGIC) {
      int length = in.getInt();
      int crc = in.getInt();
      if (length >= 0 && length <= in.remaining()) {
        byte[] body = new byte[length];
        in.get(body);
        if (crc(body) == crc) {
          return Optional.of(body);
        }
      }
    }
    in.position(at);
    return Optional.empty();
  }

  private static Run run(byte[] body) throws BadInput {
    ByteBuffer in = ByteBuffer.wrap(body);
    if (body.length < 12) {
      throw new BadInput("journal: record of " + body.length + " bytes");
    }
    long first = in.getLong();
    int count = in.getInt();
    byte[] bundle = new byte[in.remaining()];
    in.get(bundle);
    return new Run(first, EntryBundle.parse(bundle, count));
  }

  private static byte[] body(long first, List<byte[]> entries) {
    byte[] bundle = EntryBundle.bytes(entries);
    return ByteBuffer.allocate(12 + bundle.length)
        .putLong(first)
        .putInt(entries.size())
        .put(bundle)
        .array();
  }

  private static ByteBuffer frame(byte[] body) {
    return ByteBuffer.allocate(HEADER + body.length)
        .putInt(MAGIC)
        .putInt(body.length)
        .putInt(crc(body))
        .put(body)
        .flip();
  }

  private static int crc(byte[] body) {
    CRC32C crc = new CRC32C();
    crc.update(body, 0, body.length);
    return (int) crc.getValue();
  }
}
