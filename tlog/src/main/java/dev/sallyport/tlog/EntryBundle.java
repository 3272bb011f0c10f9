package dev.sallyport.tlog;

import dev.sallyport.core.BadInput;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The bytes of an entry bundle: entries, each after its length as a big-endian unsigned 16 bit. */
public final class EntryBundle {
  /** The longest entry, in bytes. */
  public static final int MAX_ENTRY = 0xffff;

  /** The longest bundle, in bytes. */
  public static final int MAX_BYTES = TilePath.FULL * (2 + MAX_ENTRY);

  private EntryBundle() {}

  /** Reads exactly {@code width} entries. */
  public static List<byte[]> parse(byte[] bundle, int width) throws BadInput {
    ByteBuffer in = ByteBuffer.wrap(bundle);
    List<byte[]> entries = new ArrayList<>();
    while (in.hasRemaining() && entries.size() < width) {
      int length = in.remaining() < 2 ? Integer.MAX_VALUE : Short.toUnsignedInt(in.getShort());
      if (length > in.remaining()) {
        throw new BadInput("entry bundle ends within entry " + entries.size());
      }
      byte[] entry = new byte[length];
      in.get(entry);
      entries.add(entry);
    }
    if (entries.size() != width || in.hasRemaining()) {
      throw new BadInput(
          "entry bundle has "
              + (in.hasRemaining() ? "more than " : "")
              + entries.size()
              + " entries; its width is "
              + width);
    }
    return entries;
  }

  public static byte[] bytes(List<byte[]> entries) {
    ByteBuffer out = ByteBuffer.allocate(entries.stream().mapToInt(e -> 2 + e.length).sum());
    for (byte[] entry : entries) {
      if (entry.length > MAX_ENTRY) {
        throw new IllegalArgumentException("internal error: entry of " + entry.length + " bytes");
      }
      out.putShort((short) entry.length).put(entry);
    }
    return out.array();
  }
}
