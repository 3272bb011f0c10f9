package dev.sallyport.scan;

import java.io.EOFException;
import java.io.IOException;

/** Reads onwards through a window of 64 KiB; what is skipped is not read. Owned by one thread. */
final class Cursor {
  private static final int WINDOW = 1 << 16;

  private final Bytes bytes;
  private byte[] window = new byte[0];
  private long from;
  private long at;

  Cursor(Bytes bytes, long at) {
    this.bytes = bytes;
    this.at = at;
    this.from = at;
  }

  long at() {
    return at;
  }

  boolean atEnd() {
    return at >= bytes.size();
  }

  int next() throws IOException {
    if (at < from || at >= from + window.length) {
      window = bytes.read(at, (int) Math.min(WINDOW, bytes.size() - at));
      from = at;
      if (window.length == 0) {
        throw new EOFException("ends at " + at);
      }
    }
    return window[(int) (at++ - from)] & 0xff;
  }

  /** One byte back. */
  void back() {
    at--;
  }

  byte[] take(int length) throws IOException {
    byte[] taken = bytes.read(at, length);
    at += length;
    return taken;
  }

  void skip(long length) throws IOException {
    if (length < 0 || length > bytes.size() - at) {
      throw new EOFException("ends before the " + length + " bytes after " + at);
    }
    at += length;
  }

  /** An unsigned number of up to 8 bytes, little-endian; one beyond 2^63 is negative. */
  long number(int length) throws IOException {
    long value = 0;
    for (int i = 0; i < length; i++) {
      value |= (long) next() << (8 * i);
    }
    return value;
  }

  /** A line without its end. */
  String line(int limit) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = next(); c != '\n'; c = next()) {
      if (line.length() >= limit) {
        throw new EOFException("line longer than " + limit + " at " + at);
      }
      line.append((char) c);
    }
    return line.toString();
  }
}
