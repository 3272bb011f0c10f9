package dev.sallyport.fuse;

import dev.sallyport.core.BadInput;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decrypted segments in a bounded number of slots outside the heap, left out of core dumps, wiped
 * on {@link #close}. A segment is decrypted by whoever asks first; others who ask meanwhile wait.
 * Safe for several threads; owned by {@link MountedModel}.
 */
final class SegmentCache implements AutoCloseable {
  /** Which segment of which file. */
  record Key(int file, long segment) {}

  /** Decrypts a whole segment into a heap array; answers its length. */
  @FunctionalInterface
  interface Source {
    int segment(long index, byte[] out) throws IOException, BadInput;
  }

  /** A segment in memory, not moved nor reused until it is given back. */
  static final class Slot {
    private final MemorySegment memory;
    private Key key;
    private int length;
    private int pins;
    private boolean ready;

    private Slot(MemorySegment memory) {
      this.memory = memory;
      this.key = new Key(0, 0);
    }

    /** The plaintext. */
    MemorySegment plain() {
      return memory.asSlice(0, length);
    }
  }

  private static final long HUGE_PAGE = 2 << 20;

  private final Arena arena = Arena.ofShared();
  private final int segmentLength;
  private final MemorySegment all;
  private final Map<Key, Slot> byKey = new LinkedHashMap<>(16, 0.75f, true);
  private final Deque<Slot> free = new ArrayDeque<>();
  private final Deque<byte[]> scratch = new ArrayDeque<>();
  private int pinned;
  private boolean closed;

  SegmentCache(int segmentLength, int slots) {
    this.segmentLength = segmentLength;
    long stride = Math.ceilDiv(segmentLength, 4096) * 4096L;
    this.all = arena.allocate(stride * slots, HUGE_PAGE);
    Kernel kernel = new Kernel(arena);
    // Linux 6.1; what cannot be had in huge pages works in small ones.
    var _ = kernel.madvise(all, Kernel.MADV_COLLAPSE);
    // Refused only by kernels without it; core files are forbidden for the whole process anyway.
    var _ = kernel.madvise(all, Kernel.MADV_DONTDUMP);
    for (int i = 0; i < slots; i++) {
      free.add(new Slot(all.asSlice(i * stride, stride)));
    }
  }

  /** The segment, decrypted; to be given back to {@link #release}. */
  Slot acquire(Key key, Source source) throws IOException, BadInput {
    try {
      while (true) {
        Slot slot = reserve(key);
        if (slot != null) {
          fill(slot, source);
          return slot;
        }
        Slot other = await(key);
        if (other != null) {
          return other;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Decrypts ahead if there is a slot to spare and nobody did. */
  void ahead(Key key, Source source) throws IOException, BadInput, InterruptedException {
    Slot slot;
    synchronized (this) {
      if (closed || byKey.containsKey(key) || pinned + 4 > free.size() + byKey.size()) {
        return;
      }
      slot = reserve(key);
    }
    if (slot != null) {
      fill(slot, source);
      release(slot);
    }
  }

  /** A slot that the caller must fill, or null if somebody has or does. */
  private synchronized @Nullable Slot reserve(Key key) throws IOException, InterruptedException {
    while (true) {
      requireOpen();
      if (byKey.containsKey(key)) {
        return null;
      }
      Slot slot = spare();
      if (slot != null) {
        slot.key = key;
        slot.pins = 1;
        slot.ready = false;
        pinned++;
        byKey.put(key, slot);
        return slot;
      }
      wait();
    }
  }

  /** A free slot, else that which was not asked for the longest. */
  private @Nullable Slot spare() {
    Slot slot = free.poll();
    Iterator<Slot> oldest = byKey.values().iterator();
    while (slot == null && oldest.hasNext()) {
      Slot candidate = oldest.next();
      if (candidate.pins == 0) {
        oldest.remove();
        slot = candidate;
      }
    }
    return slot;
  }

  private void fill(Slot slot, Source source) throws IOException, BadInput {
    boolean filled = false;
    byte[] plain = borrow();
    try {
      slot.length = source.segment(slot.key.segment(), plain);
      MemorySegment.copy(plain, 0, slot.memory, ValueLayout.JAVA_BYTE, 0, slot.length);
      filled = true;
    } finally {
      settle(slot, plain, filled);
    }
  }

  private synchronized void settle(Slot slot, byte[] plain, boolean filled) {
    scratch.push(plain);
    slot.ready = filled;
    if (!filled) {
      byKey.remove(slot.key);
      slot.pins = 0;
      pinned--;
      free.push(slot);
    }
    notifyAll();
  }

  private synchronized byte[] borrow() {
    byte[] array = scratch.poll();
    return array == null ? new byte[segmentLength] : array;
  }

  /** What another thread decrypted; null if it failed, or the slot is taken again already. */
  private synchronized @Nullable Slot await(Key key) throws IOException, InterruptedException {
    Slot slot = byKey.get(key);
    while (slot != null && !slot.ready) {
      wait();
      requireOpen();
      slot = byKey.get(key);
    }
    if (slot != null) {
      pinned += slot.pins == 0 ? 1 : 0;
      slot.pins++;
    }
    return slot;
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("the model is closed");
    }
  }

  synchronized void release(Slot slot) {
    if (--slot.pins == 0) {
      pinned--;
      notifyAll();
    }
  }

  /** Wipes everything; nobody may hold a slot any more. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      all.fill((byte) 0);
      scratch.forEach(array -> Arrays.fill(array, (byte) 0));
      arena.close();
      notifyAll();
    }
  }
}
