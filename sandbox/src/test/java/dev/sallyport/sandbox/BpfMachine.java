package dev.sallyport.sandbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Runs a filter as the kernel does, on the few instructions that seccomp(2) knows and we use. */
final class BpfMachine {
  private BpfMachine() {}

  static int run(byte[] program, int number, int audit, long... arguments) {
    ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    data.putInt(0, number).putInt(4, audit);
    for (int i = 0; i < arguments.length; i++) {
      data.putLong(16 + 8 * i, arguments[i]);
    }
    ByteBuffer code = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
    int a = 0;
    for (int pc = 0; ; pc++) {
      int op = code.getShort(pc * 8) & 0xffff;
      int jt = code.get(pc * 8 + 2) & 0xff;
      int jf = code.get(pc * 8 + 3) & 0xff;
      int k = code.getInt(pc * 8 + 4);
      switch (op) {
        case 0x20 -> a = data.getInt(k);
        case 0x05 -> pc += k;
        case 0x15 -> pc += a == k ? jt : jf;
        case 0x35 -> pc += Integer.compareUnsigned(a, k) >= 0 ? jt : jf;
        case 0x45 -> pc += (a & k) != 0 ? jt : jf;
        case 0x06 -> {
          return k;
        }
        default -> throw new AssertionError("instruction " + op + " at " + pc);
      }
    }
  }
}
