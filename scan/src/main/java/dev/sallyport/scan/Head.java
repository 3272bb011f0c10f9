package dev.sallyport.scan;

import java.nio.charset.StandardCharsets;

/** The first bytes of a file, from which its format is told. */
final class Head {
  /** Enough for the mark of a tar archive. */
  static final int LENGTH = 512;

  private final byte[] bytes;

  Head(byte[] bytes) {
    this.bytes = bytes;
  }

  int length() {
    return bytes.length;
  }

  int at(int offset) {
    return offset < bytes.length ? bytes[offset] & 0xff : -1;
  }

  boolean starts(String ascii) {
    return has(0, ascii);
  }

  boolean has(int offset, String latin) {
    byte[] mark = latin.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length < offset + mark.length) {
      return false;
    }
    for (int i = 0; i < mark.length; i++) {
      if (bytes[offset + i] != mark[i]) {
        return false;
      }
    }
    return true;
  }

  /** Little-endian; 0 where the head ends. */
  long number(int offset, int length) {
    long value = 0;
    for (int i = 0; i < length && offset + i < bytes.length; i++) {
      value |= (bytes[offset + i] & 0xffL) << (8 * i);
    }
    return value;
  }

  /** A pickle of protocol 2 or later. */
  boolean isPickle() {
    return bytes.length > 2 && (bytes[0] & 0xff) == 0x80 && bytes[1] >= 2 && bytes[1] <= 5;
  }

  boolean isProgram() {
    return starts("\u007fELF")
        || starts("MZ")
        || starts("#!")
        || starts("\u00cf\u00fa\u00ed\u00fe")
        || starts("\u00ce\u00fa\u00ed\u00fe")
        || starts("\u00ca\u00fe\u00ba\u00be");
  }

  /** Text in UTF-8, as far as can be seen. */
  boolean isText() {
    for (byte b : bytes) {
      if (b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f') {
        return false;
      }
    }
    return true;
  }
}
