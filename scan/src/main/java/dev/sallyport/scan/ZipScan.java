package dev.sallyport.scan;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A zip archive: what PyTorch, NumPy and Keras save in. The directory at its end counts, as for
 * their loaders, and each entry's own head must agree with it. Stored entries are looked at where
 * they lie; small compressed ones are expanded, larger ones are named as not scanned.
 */
final class ZipScan {
  private static final int MAX_ENTRIES = 20_000;
  private static final int MAX_DIRECTORY = 16 << 20;
  private static final int MAX_EXPANDED = 16 << 20;
  private static final int MAX_RATIO = 1000;

  private final String file;
  private final Bytes bytes;
  private final Findings findings;
  private final int depth;
  private long expanded;

  private record Item(String name, int method, long packed, long size, long head, int mode) {}

  private ZipScan(String file, Bytes bytes, Findings findings, int depth) {
    this.file = file;
    this.bytes = bytes;
    this.findings = findings;
    this.depth = depth;
  }

  static void scan(String file, Bytes bytes, Findings findings, int depth)
      throws IOException, DataFormatException {
    new ZipScan(file, bytes, findings, depth).scan();
  }

  private void broken(long at, String what) {
    findings.add(file, at, Rule.ARCHIVE_BROKEN, what);
  }

  private void scan() throws IOException, DataFormatException {
    long end = end();
    if (end < 0) {
      broken(bytes.size(), "no directory at its end");
      return;
    }
    ByteBuffer tail = bytes.little(end, 22);
    long entries = tail.getShort(10) & 0xffff;
    long size = tail.getInt(12) & 0xffffffffL;
    long from = tail.getInt(16) & 0xffffffffL;
    if (end >= 20 && bytes.little(end - 20, 4).getInt() == 0x07064b50) {
      ByteBuffer large = bytes.little(bytes.little(end - 20, 20).getLong(8), 56);
      entries = large.getLong(32);
      size = large.getLong(40);
      from = large.getLong(48);
    }
    if (entries < 0 || entries > MAX_ENTRIES || size < 0 || size > MAX_DIRECTORY) {
      findings.add(file, end, Rule.ARCHIVE_BOMB, entries + " entries, directory of " + size);
      return;
    }
    directory(ByteBuffer.wrap(bytes.read(from, (int) size)), (int) entries, from);
  }

  /** Where the last record begins; comments are looked through from the end. */
  private long end() throws IOException {
    int length = (int) Math.min(bytes.size(), 22 + 0xffff);
    ByteBuffer tail = bytes.little(bytes.size() - length, length);
    for (int i = length - 22; i >= 0; i--) {
      if (tail.getInt(i) == 0x06054b50 && (tail.getShort(i + 20) & 0xffff) == length - 22 - i) {
        return bytes.size() - length + i;
      }
    }
    return -1;
  }

  private void directory(ByteBuffer in, int entries, long from)
      throws IOException, DataFormatException {
    in.order(java.nio.ByteOrder.LITTLE_ENDIAN);
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < entries; i++) {
      if (in.remaining() < 46 || in.getInt(in.position()) != 0x02014b50) {
        broken(from + in.position(), "entry " + i + " of its directory");
        return;
      }
      Item item = item(in);
      if (!seen.add(item.name)) {
        broken(from, "entry " + EntryName.shown(item.name) + " twice");
      }
      entry(item);
    }
  }

  private static Item item(ByteBuffer in) throws IOException {
    int at = in.position();
    int method = in.getShort(at + 10) & 0xffff;
    long packed = in.getInt(at + 20) & 0xffffffffL;
    long size = in.getInt(at + 24) & 0xffffffffL;
    int name = in.getShort(at + 28) & 0xffff;
    int extra = in.getShort(at + 30) & 0xffff;
    int comment = in.getShort(at + 32) & 0xffff;
    int mode = in.getShort(at + 40) & 0xffff;
    long head = in.getInt(at + 42) & 0xffffffffL;
    if (in.remaining() < 46 + name + extra + comment) {
      throw new java.io.EOFException("the directory breaks off");
    }
    byte[] text = new byte[name];
    in.get(at + 46, text);
    int more = at + 46 + name;
    int last = more + extra;
    while (more + 4 <= last) {
      int length = in.getShort(more + 2) & 0xffff;
      if (in.getShort(more) == 1) {
        int value = more + 4;
        long[] wide = {size, packed, head};
        for (int i = 0; i < 3; i++) {
          if (wide[i] == 0xffffffffL && value + 8 <= Math.min(last, more + 4 + length)) {
            wide[i] = in.getLong(value);
            value += 8;
          }
        }
        size = wide[0];
        packed = wide[1];
        head = wide[2];
      }
      more += 4 + length;
    }
    in.position(last + comment);
    return new Item(new String(text, StandardCharsets.UTF_8), method, packed, size, head, mode);
  }

  private void entry(Item item) throws IOException, DataFormatException {
    if (EntryName.escapes(item.name)) {
      findings.add(file, item.head, Rule.ARCHIVE_PATH, "entry " + EntryName.shown(item.name));
    }
    if ((item.mode & 0xf000) == 0xa000) {
      findings.add(file, item.head, Rule.ARCHIVE_LINK, "a link " + EntryName.shown(item.name));
    }
    if (item.size < 0 || item.size / MAX_RATIO > item.packed) {
      findings.add(file, item.head, Rule.ARCHIVE_BOMB, item.packed + " bytes grow to " + item.size);
      return;
    }
    ByteBuffer head = bytes.little(item.head, 30);
    int name = head.getShort(26) & 0xffff;
    String said = new String(bytes.read(item.head + 30, name), StandardCharsets.UTF_8);
    boolean same = head.getInt(0) == 0x04034b50 && said.equals(item.name);
    if (!same || (head.getShort(8) & 0xffff) != item.method) {
      broken(item.head, "entry " + EntryName.shown(item.name) + " has another head");
      return;
    }
    long content = item.head + 30 + name + (head.getShort(28) & 0xffff);
    inside(item, bytes.slice(content, item.packed), (head.getShort(6) & 1) != 0);
  }

  private void inside(Item item, Bytes packed, boolean encrypted)
      throws IOException, DataFormatException {
    String name = file + "!" + item.name;
    if (item.name.endsWith("/") && item.size == 0) {
      return;
    }
    if (encrypted || (item.method != 0 && item.method != 8)) {
      findings.add(name, 0, Rule.NOT_SCANNED, "encrypted, or packed by method " + item.method);
    } else if (item.method == 0) {
      look(name, packed);
    } else if (item.size > MAX_EXPANDED
        || item.packed > MAX_EXPANDED
        || expanded + item.size > 4L * MAX_EXPANDED) {
      findings.add(name, 0, Rule.NOT_SCANNED, "compressed, of " + item.size + " bytes");
    } else {
      expanded += item.size;
      look(name, new Bytes.InMemory(expand(packed, (int) item.size)));
    }
  }

  private void look(String name, Bytes content) throws IOException {
    if (!isTensor(name)) {
      Scanner.content(name, content, findings, depth + 1);
    }
  }

  /** The storages that PyTorch keeps beside its pickle: bytes that are numbers and nothing else. */
  private static boolean isTensor(String name) {
    return name.matches(".*/data/[0-9]{1,9}") || name.matches(".*/\\.data/serialization_id");
  }

  private static byte[] expand(Bytes packed, int size) throws IOException, DataFormatException {
    try (Inflater inflater = new Inflater(true)) {
      inflater.setInput(packed.head(MAX_EXPANDED));
      byte[] content = new byte[size];
      int at = 0;
      while (at < size) {
        int n = inflater.inflate(content, at, size - at);
        if (n == 0) {
          throw new DataFormatException("expands to fewer bytes than it says");
        }
        at += n;
      }
      if (inflater.inflate(new byte[1]) != 0) {
        throw new DataFormatException("expands to more bytes than it says");
      }
      return content;
    }
  }
}
