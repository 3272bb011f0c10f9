package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One value in DER (X.690): tag and content. Reads what vendors put into certificate extensions,
 * and writes what has to be rebuilt for a signature. Tags of one byte and lengths below 64 KiB
 * only; nothing is read beyond the input.
 */
public final class Der {
  public static final int INTEGER = 0x02;
  public static final int OCTET_STRING = 0x04;
  public static final int OID = 0x06;
  public static final int SEQUENCE = 0x30;

  private static final int MAX_ITEMS = 256;

  private final int tag;
  private final byte[] content;

  private Der(int tag, byte[] content) {
    this.tag = tag;
    this.content = content;
  }

  /** A value of this tag and content. */
  public static Der of(int tag, byte[] content) {
    return new Der(tag, content.clone());
  }

  /** A value of this tag that holds these, in order. */
  public static Der of(int tag, List<Der> items) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    items.forEach(item -> out.writeBytes(item.encoded()));
    return new Der(tag, out.toByteArray());
  }

  /** Reads exactly one value. */
  public static Der parse(byte[] bytes) throws BadInput {
    List<Der> all = parseAll(bytes);
    if (all.size() != 1) {
      throw new BadInput("DER: " + all.size() + " values; one was expected");
    }
    return all.getFirst();
  }

  private static List<Der> parseAll(byte[] bytes) throws BadInput {
    List<Der> out = new ArrayList<>();
    int at = 0;
    while (at < bytes.length) {
      if (out.size() == MAX_ITEMS) {
        throw new BadInput("DER: more than " + MAX_ITEMS + " values in one");
      }
      int head = headLength(bytes, at);
      int length = head == 2 ? bytes[at + 1] : longLength(bytes, at, head);
      if (length > bytes.length - at - head) {
        throw new BadInput("DER: value at " + at + " ends beyond its place");
      }
      int from = at + head;
      out.add(new Der(bytes[at] & 0xff, Arrays.copyOfRange(bytes, from, from + length)));
      at = from + length;
    }
    return out;
  }

  /** Length of tag and length, which lie within the bytes. */
  private static int headLength(byte[] bytes, int at) throws BadInput {
    boolean oneByteTag = (bytes[at] & 0x1f) != 0x1f;
    int left = bytes.length - at;
    int head = left < 2 || bytes[at + 1] >= 0 ? 2 : 2 + (bytes[at + 1] & 0x7f);
    if (!oneByteTag || head > 4 || left < head || (left >= 2 && bytes[at + 1] == (byte) 0x80)) {
      throw new BadInput("DER: no value of this kind is expected at " + at);
    }
    return head;
  }

  private static int longLength(byte[] bytes, int at, int head) throws BadInput {
    int length = bytes[at + 2] & 0xff;
    if (head == 4) {
      length = length << 8 | (bytes[at + 3] & 0xff);
    }
    // DER has one way to write a length, the shortest.
    if (length < 0x80 || (head == 4 && length < 0x100)) {
      throw new BadInput("DER: length at " + at + " is not written in the shortest way");
    }
    return length;
  }

  public int tag() {
    return tag;
  }

  /** A copy of the content. */
  public byte[] content() {
    return content.clone();
  }

  /** The content, if this has that tag. */
  public byte[] content(int expected) throws BadInput {
    if (tag != expected) {
      throw new BadInput("DER: tag " + tag + "; " + expected + " was expected");
    }
    return content();
  }

  /** The values inside this one. */
  public List<Der> items() throws BadInput {
    return parseAll(content);
  }

  /** The last of the values inside this one. */
  public Der last() throws BadInput {
    List<Der> items = items();
    if (items.isEmpty()) {
      throw new BadInput("DER: value of tag " + tag + " is empty");
    }
    return items.getLast();
  }

  /** A non-negative integer of at most 31 bits. */
  public int integer() throws BadInput {
    byte[] bytes = content(INTEGER);
    if (bytes.length < 1 || bytes.length > 4 || bytes[0] < 0) {
      throw new BadInput("DER: integer is negative or longer than 31 bits");
    }
    int value = 0;
    for (byte b : bytes) {
      value = value << 8 | (b & 0xff);
    }
    return value;
  }

  /** Tag, length and content. */
  public byte[] encoded() {
    int n = content.length;
    ByteArrayOutputStream out = new ByteArrayOutputStream(n + 5);
    out.write(tag);
    if (n < 0x80) {
      out.write(n);
    } else if (n < 0x100) {
      out.writeBytes(new byte[] {(byte) 0x81, (byte) n});
    } else if (n < 0x10000) {
      out.writeBytes(new byte[] {(byte) 0x82, (byte) (n >> 8), (byte) n});
    } else {
      throw new IllegalArgumentException("internal error: DER value of " + n + " bytes");
    }
    out.writeBytes(content);
    return out.toByteArray();
  }
}
