package dev.sallyport.sandbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Assembles a program for the kernel's classic BPF machine, as seccomp(2) takes it: an array of
 * {@code struct sock_filter} in the byte order of the machine (both that we know are
 * little-endian).
 */
final class Bpf {
  /** One instruction: code, jumps if true and if false, constant. */
  record Instruction(int code, int jt, int jf, int k) {}

  static final int LOAD = 0x20;
  static final int JUMP = 0x05;
  static final int JUMP_EQUAL = 0x15;
  static final int JUMP_AT_LEAST = 0x35;
  static final int JUMP_ANY_BIT = 0x45;
  static final int RETURN = 0x06;

  /** {@code BPF_MAXINSNS}. */
  private static final int MAX = 4096;

  private final List<Instruction> code = new ArrayList<>();

  /** Loads the 32-bit word at this offset of {@code struct seccomp_data}. */
  void load(int offset) {
    code.add(new Instruction(LOAD, 0, 0, offset));
  }

  void ret(int value) {
    code.add(new Instruction(RETURN, 0, 0, value));
  }

  /** Skips {@code count} instructions if the test of the loaded word against {@code k} holds. */
  void skipIf(int test, int k, int count) {
    code.add(new Instruction(test, count, 0, k));
  }

  /** Skips {@code count} instructions unless the test holds. */
  void skipUnless(int test, int k, int count) {
    code.add(new Instruction(test, 0, count, k));
  }

  /** Appends {@code low} for words below {@code k}, {@code high} for the others. */
  void split(int k, Bpf low, Bpf high) {
    // A conditional jump reaches 255 instructions only; the unconditional one reaches all.
    skipUnless(JUMP_AT_LEAST, k, 1);
    code.add(new Instruction(JUMP, 0, 0, low.code.size()));
    code.addAll(low.code);
    code.addAll(high.code);
  }

  List<Instruction> instructions() {
    return List.copyOf(code);
  }

  byte[] bytes() {
    if (code.size() > MAX) {
      throw new IllegalStateException("internal error: filter of " + code.size() + " instructions");
    }
    ByteBuffer out = ByteBuffer.allocate(code.size() * 8).order(ByteOrder.LITTLE_ENDIAN);
    for (Instruction i : code) {
      out.putShort((short) i.code()).put((byte) i.jt()).put((byte) i.jf()).putInt(i.k());
    }
    return out.array();
  }
}
