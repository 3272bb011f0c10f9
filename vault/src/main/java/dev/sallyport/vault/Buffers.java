package dev.sallyport.vault;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/** Arrays for chunks of plaintext, used again and wiped in the end. Safe for several threads. */
final class Buffers implements AutoCloseable {
  private final int length;
  private final List<byte[]> all = new ArrayList<>();
  private final Deque<byte[]> free = new ArrayDeque<>();

  Buffers(int length) {
    this.length = length;
  }

  synchronized byte[] lend() {
    byte[] pooled = free.poll();
    if (pooled != null) {
      return pooled;
    }
    byte[] made = new byte[length];
    all.add(made);
    return made;
  }

  synchronized void takeBack(byte[] buffer) {
    free.push(buffer);
  }

  /** Wipes all of them, also those that were never given back; nobody may use one any more. */
  @Override
  public synchronized void close() {
    all.forEach(buffer -> Arrays.fill(buffer, (byte) 0));
  }
}
