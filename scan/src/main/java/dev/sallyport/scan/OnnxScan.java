package dev.sallyport.scan;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/**
 * An ONNX model (protocol buffers): tensors that lie in files of their own, and where. Only the
 * fields that lead to tensors are gone into; the rest is skipped unread.
 */
final class OnnxScan {
  private static final int MAX_DEPTH = 32;
  private static final int MAX_TEXT = 4096;

  /** The messages on the way to a tensor. */
  private enum Message {
    MODEL,
    GRAPH,
    NODE,
    ATTRIBUTE,
    SPARSE,
    FUNCTION,
    TENSOR,
    ENTRY
  }

  /** Which field of which message leads where, by the public onnx.proto. */
  private static final Map<Message, Map<Integer, Message>> WAYS =
      Map.of(
          Message.MODEL, Map.of(7, Message.GRAPH, 25, Message.FUNCTION),
          Message.GRAPH, Map.of(1, Message.NODE, 5, Message.TENSOR, 15, Message.SPARSE),
          Message.FUNCTION, Map.of(7, Message.NODE),
          Message.NODE, Map.of(5, Message.ATTRIBUTE),
          Message.ATTRIBUTE,
              Map.of(
                  5, Message.TENSOR,
                  6, Message.GRAPH,
                  10, Message.TENSOR,
                  11, Message.GRAPH,
                  22, Message.SPARSE,
                  23, Message.SPARSE),
          Message.SPARSE, Map.of(1, Message.TENSOR, 2, Message.TENSOR),
          Message.TENSOR, Map.of(13, Message.ENTRY),
          Message.ENTRY, Map.of());

  private static final Set<String> KEYS = Set.of("location");

  private final String file;
  private final Cursor in;
  private final Findings findings;

  private OnnxScan(String file, Bytes bytes, Findings findings) {
    this.file = file;
    this.in = new Cursor(bytes, 0);
    this.findings = findings;
  }

  static void scan(String file, Bytes bytes, Findings findings) throws IOException {
    OnnxScan scan = new OnnxScan(file, bytes, findings);
    try {
      scan.message(Message.MODEL, bytes.size(), 0);
    } catch (EOFException e) {
      findings.add(file, scan.in.at(), Rule.ONNX_BROKEN, String.valueOf(e.getMessage()));
    }
  }

  private void message(Message kind, long end, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new EOFException("messages deeper than " + MAX_DEPTH);
    }
    String key = "";
    String value = "";
    long start = in.at();
    while (in.at() < end) {
      long tag = varint();
      int field = (int) (tag >>> 3);
      switch ((int) (tag & 7)) {
        case 0 -> varint();
        case 1 -> in.skip(8);
        case 5 -> in.skip(4);
        case 2 -> {
          long length = varint();
          if (length < 0 || length > end - in.at()) {
            throw new EOFException("a field of " + length + " bytes");
          }
          Message next = WAYS.getOrDefault(kind, Map.of()).get(field);
          if (next != null) {
            message(next, in.at() + length, depth + 1);
          } else if (kind == Message.ENTRY && field == 1) {
            key = text(length);
          } else if (kind == Message.ENTRY && field == 2) {
            value = text(length);
          } else {
            in.skip(length);
          }
        }
        default -> throw new EOFException("a field of an unknown type");
      }
    }
    if (in.at() != end) {
      throw new EOFException("a message ends at " + in.at() + ", not at " + end);
    }
    if (KEYS.contains(key) && EntryName.escapes(value)) {
      findings.add(
          file, start, Rule.ONNX_EXTERNAL_PATH, "external data at " + EntryName.shown(value));
    }
  }

  private String text(long length) throws IOException {
    if (length > MAX_TEXT) {
      throw new EOFException("a text of " + length + " bytes; limit " + MAX_TEXT);
    }
    return new String(in.take((int) length), StandardCharsets.UTF_8);
  }

  private long varint() throws IOException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int b = in.next();
      value |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw new EOFException("a number without end");
  }
}
