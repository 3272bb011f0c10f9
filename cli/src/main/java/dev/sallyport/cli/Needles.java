package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Looks for pieces of a secret file in other files and in the memory of running processes.
 *
 * <p>The pieces are kept masked, so that a search of the searching process's own memory, or of a
 * file it wrote, is not answered by the search itself. Not thread-safe.
 */
final class Needles {
  private static final int LENGTH = 32;
  private static final long MASK = 0x5a3c_96f0_a5c3_690fL;
  private static final int WINDOW = 1 << 20;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  /** Each needle as masked longs. */
  private final long[][] needles;

  /** Bit set of the low 16 bits of the first masked long of each needle: most positions miss it. */
  private final long[] filter = new long[1024];

  private final byte[] window = new byte[WINDOW + LENGTH];

  private Needles(long[][] needles) {
    this.needles = needles;
    for (long[] needle : needles) {
      int key = (int) needle[0] & 0xffff;
      filter[key >>> 6] |= 1L << key;
    }
  }

  /** Takes {@code count} pieces of the file, spread over it, that are not mere padding. */
  static Needles of(Path secret, int count, long seed) throws IOException, BadInput {
    Random random = new Random(seed);
    List<long[]> found = new ArrayList<>();
    byte[] piece = new byte[LENGTH];
    try (RandomAccessFile file = new RandomAccessFile(secret.toFile(), "r")) {
      for (int tries = 0; tries < count * 50 && found.size() < count; tries++) {
        file.seek((long) (random.nextDouble() * Math.max(1, file.length() - LENGTH)));
        file.readFully(piece);
        if (distinct(piece) >= LENGTH / 2) {
          found.add(masked(piece, 0));
        }
      }
    }
    Arrays.fill(piece, (byte) 0);
    if (found.size() < count) {
      throw new BadInput("model has too little content to look for: " + found.size() + " pieces");
    }
    return new Needles(found.toArray(long[][]::new));
  }

  /** Whether the file holds a needle. A file that is gone or unreadable holds none we can see. */
  boolean in(Path file) {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      return false;
    }
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      return search(in, 0, Long.MAX_VALUE);
    } catch (IOException gone) {
      return false;
    }
  }

  /**
   * Searches the readable memory of a process through {@code /proc/PID/mem} (proc(5)).
   *
   * @return the mapping that holds a needle, or empty
   * @throws IOException if the process's memory may not be read at all
   */
  Optional<String> inMemoryOf(long pid) throws IOException {
    List<String> maps = Files.readAllLines(Path.of("/proc/" + pid + "/maps"));
    try (RandomAccessFile memory = new RandomAccessFile("/proc/" + pid + "/mem", "r")) {
      for (String map : maps) {
        String[] parts = map.split("\\s+", 6);
        boolean readable = parts[1].startsWith("r") && !map.contains("[v");
        if (readable && searchMapping(memory, parts[0])) {
          return Optional.of(parts.length > 5 ? parts[5] : "anonymous memory");
        }
      }
    }
    return Optional.empty();
  }

  private boolean searchMapping(RandomAccessFile memory, String range) {
    int dash = range.indexOf('-');
    long from = Long.parseUnsignedLong(range.substring(0, dash), 16);
    long to = Long.parseUnsignedLong(range.substring(dash + 1), 16);
    try {
      return from >= 0 && search(memory, from, to);
    } catch (IOException unmapped) {
      // A mapping that went away, or a device's, cannot be read; nothing of ours is in it.
      return false;
    }
  }

  private boolean search(RandomAccessFile in, long from, long to) throws IOException {
    in.seek(from);
    int kept = 0;
    for (long at = from; at < to; ) {
      int read = in.read(window, kept, (int) Math.min(WINDOW, to - at));
      if (read <= 0) {
        return false;
      }
      if (hit(kept + read)) {
        Arrays.fill(window, (byte) 0);
        return true;
      }
      at += read;
      int tail = Math.min(LENGTH, kept + read);
      System.arraycopy(window, kept + read - tail, window, 0, tail);
      kept = tail;
    }
    return false;
  }

  private boolean hit(int length) {
    for (int i = 0; i + LENGTH <= length; i++) {
      long first = (long) LONG.get(window, i) ^ MASK;
      int key = (int) first & 0xffff;
      if ((filter[key >>> 6] & 1L << key) != 0 && matches(first, i)) {
        return true;
      }
    }
    return false;
  }

  private boolean matches(long first, int at) {
    for (long[] needle : needles) {
      if (needle[0] == first && Arrays.equals(needle, masked(window, at))) {
        return true;
      }
    }
    return false;
  }

  private static long[] masked(byte[] bytes, int at) {
    long[] out = new long[LENGTH / Long.BYTES];
    for (int i = 0; i < out.length; i++) {
      out[i] = (long) LONG.get(bytes, at + i * Long.BYTES) ^ MASK;
    }
    return out;
  }

  private static long distinct(byte[] bytes) {
    boolean[] seen = new boolean[256];
    int count = 0;
    for (byte b : bytes) {
      count += seen[b & 0xff] ? 0 : 1;
      seen[b & 0xff] = true;
    }
    return count;
  }
}
