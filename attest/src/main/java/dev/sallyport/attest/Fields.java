package dev.sallyport.attest;

import dev.sallyport.core.BadInput;
import java.util.Arrays;
import java.util.HexFormat;

/** Fixed places in a binary report, little-endian; nothing is read beyond its end. */
final class Fields {
  private final String what;
  private final byte[] all;
  private final int from;
  private final int to;

  private Fields(String what, byte[] all, int from, int to) {
    this.what = what;
    this.all = all;
    this.from = from;
    this.to = to;
  }

  static Fields of(String what, byte[] all) {
    return new Fields(what, all, 0, all.length);
  }

  String what() {
    return what;
  }

  int length() {
    return to - from;
  }

  byte[] bytes(int at, int length) throws BadInput {
    require(at, length);
    return Arrays.copyOfRange(all, from + at, from + at + length);
  }

  Fields part(String name, int at, int length) throws BadInput {
    require(at, length);
    return new Fields(name, all, from + at, from + at + length);
  }

  private void require(int at, int length) throws BadInput {
    if (at < 0 || length < 0 || length > length() || at > length() - length) {
      throw new BadInput(
          what + " has " + length() + " bytes; " + length + " at " + at + " are needed");
    }
  }

  String hex(int at, int length) throws BadInput {
    return HexFormat.of().formatHex(bytes(at, length));
  }

  int u8(int at) throws BadInput {
    return bytes(at, 1)[0] & 0xff;
  }

  int u16(int at) throws BadInput {
    return u8(at) | (u8(at + 1) << 8);
  }

  /** A length or count of 32 bits; beyond 31 it is nonsense here. */
  int u32(int at) throws BadInput {
    long value = u64(at, 4);
    if (value > Integer.MAX_VALUE) {
      throw new BadInput(what + ": number at " + at + " is " + value);
    }
    return (int) value;
  }

  long u64(int at) throws BadInput {
    return u64(at, 8);
  }

  private long u64(int at, int width) throws BadInput {
    long value = 0;
    for (int i = width - 1; i >= 0; i--) {
      value = value << 8 | u8(at + i);
    }
    return value;
  }

  boolean zero(int at, int length) throws BadInput {
    for (byte b : bytes(at, length)) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  void require(boolean holds, String otherwise) throws BadInput {
    if (!holds) {
      throw new BadInput(what + ": " + otherwise);
    }
  }
}
