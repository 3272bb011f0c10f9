package dev.sallyport.scan;

import dev.sallyport.core.Json;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * Header of a GGUF file, version 2 or 3: metadata, the list of tensors, and where each lies. The
 * chat template among the metadata is looked at as one. Strings that nobody needs are skipped.
 */
final class GgufScan {
  private static final int MAX_KEYS = 65_536;
  private static final int MAX_TENSORS = 100_000;
  private static final int MAX_NAME = 1024;
  private static final int MAX_DIMENSIONS = 4;
  private static final int MAX_DEPTH = 4;
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  /** Bytes of the types of metadata, by number; 0 for strings and arrays. */
  private static final int[] WIDTHS = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

  private final String file;
  private final Bytes bytes;
  private final Cursor in;
  private final Findings findings;
  private long alignment = 32;

  private GgufScan(String file, Bytes bytes, Findings findings) {
    this.file = file;
    this.bytes = bytes;
    this.in = new Cursor(bytes, 4);
    this.findings = findings;
  }

  static void scan(String file, Bytes bytes, Findings findings) throws IOException {
    GgufScan scan = new GgufScan(file, bytes, findings);
    try {
      scan.scan();
    } catch (EOFException e) {
      scan.broken(String.valueOf(e.getMessage()));
    }
  }

  private void broken(String what) {
    findings.add(file, in.at(), Rule.GGUF_HEADER, what);
  }

  private void scan() throws IOException {
    long version = in.number(4);
    long tensors = in.number(8);
    long keys = in.number(8);
    if (version < 2 || version > 3) {
      broken("version " + version + "; 2 and 3 are known");
    } else if (tensors < 0 || tensors > MAX_TENSORS || keys < 0 || keys > MAX_KEYS) {
      broken(tensors + " tensors and " + keys + " keys; limits " + MAX_TENSORS + ", " + MAX_KEYS);
    } else if (metadata(keys)) {
      tensors((int) tensors);
    }
  }

  private boolean metadata(long count) throws IOException {
    Set<String> seen = new HashSet<>();
    for (long i = 0; i < count; i++) {
      String key = name();
      if (!seen.add(key)) {
        broken("key " + Json.clip(key) + " twice");
      }
      long type = in.number(4);
      if (!value(key, type, 0)) {
        broken("key " + Json.clip(key) + " has type " + type);
        return false;
      }
    }
    return true;
  }

  private boolean value(String key, long type, int depth) throws IOException {
    if (type == STRING) {
      string(key);
      return true;
    }
    if (type == ARRAY) {
      return depth < MAX_DEPTH && array(key, depth);
    }
    if (type < 0 || type >= WIDTHS.length) {
      return false;
    }
    if (key.equals("general.alignment")) {
      alignment = in.number(WIDTHS[(int) type]);
      return alignment > 0 && alignment <= 1 << 20 && Long.bitCount(alignment) == 1;
    }
    in.skip(WIDTHS[(int) type]);
    return true;
  }

  private boolean array(String key, int depth) throws IOException {
    long type = in.number(4);
    long count = in.number(8);
    if (count < 0 || count > bytes.size() || type < 0 || type >= WIDTHS.length) {
      return false;
    }
    if (type != STRING && type != ARRAY) {
      in.skip(Math.multiplyExact(count, (long) WIDTHS[(int) type]));
      return true;
    }
    for (long i = 0; i < count; i++) {
      if (!value(key, type, depth + 1)) {
        return false;
      }
    }
    return true;
  }

  private void string(String key) throws IOException {
    long at = in.at();
    long length = in.number(8);
    if (!key.contains("chat_template") || length < 0) {
      in.skip(length);
    } else if (length > TemplateScan.MAX) {
      in.skip(length);
      findings.add(file, at, Rule.NOT_ALL_SCANNED, "a template of " + length + " bytes");
    } else {
      String template = new String(in.take((int) length), StandardCharsets.UTF_8);
      TemplateScan.scan(file, at, template, findings);
    }
  }

  private String name() throws IOException {
    long length = in.number(8);
    if (length < 0 || length > MAX_NAME) {
      throw new EOFException("name of " + length + " bytes; limit " + MAX_NAME);
    }
    return new String(in.take((int) length), StandardCharsets.UTF_8);
  }

  private void tensors(int count) throws IOException {
    Set<String> seen = new HashSet<>();
    long[][] extents = new long[count][];
    for (int i = 0; i < count; i++) {
      long at = in.at();
      String name = name();
      if (!seen.add(name)) {
        findings.add(file, at, Rule.GGUF_TENSOR, "tensor " + Json.clip(name) + " twice");
      }
      extents[i] = new long[] {at, elements(), in.number(4), in.number(8)};
    }
    long data = Math.ceilDiv(in.at(), alignment) * alignment;
    for (long[] e : extents) {
      place(e[0], e[1], e[2], e[3], bytes.size() - data);
    }
  }

  /** Product of the dimensions; -1 if it overflows. */
  private long elements() throws IOException {
    long dimensions = in.number(4);
    if (dimensions < 0 || dimensions > MAX_DIMENSIONS) {
      throw new EOFException(dimensions + " dimensions; limit " + MAX_DIMENSIONS);
    }
    long product = 1;
    for (long i = 0; i < dimensions; i++) {
      long n = in.number(8);
      boolean fits = n >= 0 && product >= 0 && (n == 0 || product <= Long.MAX_VALUE / 512 / n);
      product = fits ? product * n : -1;
    }
    return product;
  }

  private void place(long at, long elements, long type, long offset, long data) {
    var size = GgufTypes.of(type);
    if (size.isEmpty()) {
      findings.add(file, at, Rule.GGUF_TYPE, "type " + type + ": its extent is not checked");
      return;
    }
    long blocks = elements < 0 ? -1 : Math.ceilDiv(elements, (long) size.get().elements());
    boolean inside =
        blocks >= 0
            && offset >= 0
            && offset % alignment == 0
            && offset <= data
            && blocks <= (data - offset) / size.get().bytes();
    if (!inside) {
      findings.add(file, at, Rule.GGUF_TENSOR, elements + " elements at " + offset + " of " + data);
    }
  }
}
