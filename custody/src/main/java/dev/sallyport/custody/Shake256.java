package dev.sallyport.custody;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * SHAKE256 (FIPS 202) of one short message; the JDK offers it only with 64 bytes of output, and the
 * seed expansion of X-Wing needs 96.
 */
final class Shake256 {
  private static final int RATE = 136;
  private static final int ROUNDS = 24;
  private static final VarHandle LANE =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Rotations of ρ, in the order in which π visits the lanes. */
  private static final int[] RHO = {
    1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44
  };

  private static final int[] PI = {
    10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1
  };

  private static final long[] IOTA = roundConstants();

  private Shake256() {}

  /** The first {@code length} bytes of output; message and output fit one block of 136 bytes. */
  static byte[] digest(byte[] message, int length) {
    if (message.length >= RATE || length > RATE) {
      throw new IllegalArgumentException("internal error: more than one block of SHAKE256");
    }
    byte[] block = Arrays.copyOf(message, RATE);
    block[message.length] = 0x1f;
    block[RATE - 1] ^= (byte) 0x80;
    long[] state = new long[25];
    for (int i = 0; i < RATE / 8; i++) {
      state[i] = (long) LANE.get(block, 8 * i);
    }
    permute(state);
    for (int i = 0; i < RATE / 8; i++) {
      LANE.set(block, 8 * i, state[i]);
    }
    Arrays.fill(state, 0);
    byte[] out = Arrays.copyOf(block, length);
    Arrays.fill(block, (byte) 0);
    return out;
  }

  /** Keccak-f[1600] (FIPS 202 §3.3). */
  private static void permute(long[] a) {
    for (int round = 0; round < ROUNDS; round++) {
      theta(a);
      rhoPi(a);
      chi(a);
      a[0] ^= IOTA[round];
    }
  }

  private static void theta(long[] a) {
    long[] c = new long[5];
    for (int x = 0; x < 5; x++) {
      c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    }
    for (int i = 0; i < 25; i++) {
      a[i] ^= c[(i + 4) % 5] ^ Long.rotateLeft(c[(i + 1) % 5], 1);
    }
  }

  private static void rhoPi(long[] a) {
    long moving = a[1];
    for (int i = 0; i < 24; i++) {
      long displaced = a[PI[i]];
      a[PI[i]] = Long.rotateLeft(moving, RHO[i]);
      moving = displaced;
    }
  }

  private static void chi(long[] a) {
    for (int row = 0; row < 25; row += 5) {
      long[] b = Arrays.copyOfRange(a, row, row + 5);
      for (int x = 0; x < 5; x++) {
        a[row + x] = b[x] ^ (~b[(x + 1) % 5] & b[(x + 2) % 5]);
      }
    }
  }

  /** The round constants from the LFSR of FIPS 202 §3.2.5. */
  private static long[] roundConstants() {
    long[] constants = new long[ROUNDS];
    int lfsr = 1;
    for (int round = 0; round < ROUNDS; round++) {
      for (int j = 0; j <= 6; j++) {
        if ((lfsr & 1) != 0) {
          constants[round] |= 1L << ((1 << j) - 1);
        }
        lfsr = (lfsr << 1) ^ ((lfsr >> 7) * 0x171);
      }
    }
    return constants;
  }
}
