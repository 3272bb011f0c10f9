package dev.sallyport.fuse;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * One answer to the kernel: {@code fuse_out_header}, then what was put, then slices of other memory
 * that are not copied. Owned by one thread, which uses it for all its answers.
 */
final class Reply {
  /** A request of 1 MiB touches at most 18 segments of 64 KiB. */
  private static final int MAX_SLICES = 24;

  private static final int VECTOR = 16;

  private final MemorySegment body;
  private final MemorySegment vectors;
  private final List<MemorySegment> slices = new ArrayList<>();
  private int at;

  Reply(Arena arena, int capacity) {
    this.body = arena.allocate(Protocol.OUT_HEADER + (long) capacity, 8);
    this.vectors = arena.allocate((long) VECTOR * MAX_SLICES, 8);
  }

  /** Begins an answer. */
  Reply start() {
    at = Protocol.OUT_HEADER;
    slices.clear();
    return this;
  }

  Reply u64(long value) {
    body.set(ValueLayout.JAVA_LONG_UNALIGNED, at, value);
    at += 8;
    return this;
  }

  Reply u32(int value) {
    body.set(ValueLayout.JAVA_INT_UNALIGNED, at, value);
    at += 4;
    return this;
  }

  Reply u16(int value) {
    body.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) value);
    at += 2;
    return this;
  }

  Reply zeros(int count) {
    body.asSlice(at, count).fill((byte) 0);
    at += count;
    return this;
  }

  Reply bytes(byte[] bytes) {
    MemorySegment.copy(bytes, 0, body, ValueLayout.JAVA_BYTE, at, bytes.length);
    at += bytes.length;
    return this;
  }

  /** Bytes put so far, without the header. */
  int length() {
    return at - Protocol.OUT_HEADER;
  }

  /** Other memory that is sent behind what was put. */
  void slice(MemorySegment memory) {
    if (slices.size() == MAX_SLICES - 1) {
      throw new IllegalStateException("internal error: answer of too many slices");
    }
    slices.add(memory);
  }

  /** Sends it; {@code code} is a negative errno, a notification, or 0. */
  long send(Kernel kernel, int device, long unique, int code) {
    long total = at;
    vector(0, body.asSlice(0, at));
    for (int i = 0; i < slices.size(); i++) {
      vector(i + 1, slices.get(i));
      total += slices.get(i).byteSize();
    }
    body.set(ValueLayout.JAVA_INT, 0, (int) total);
    body.set(ValueLayout.JAVA_INT, 4, code);
    body.set(ValueLayout.JAVA_LONG, 8, unique);
    return kernel.writev(device, vectors, slices.size() + 1);
  }

  private void vector(int index, MemorySegment memory) {
    vectors.set(ValueLayout.JAVA_LONG, (long) VECTOR * index, memory.address());
    vectors.set(ValueLayout.JAVA_LONG, (long) VECTOR * index + 8, memory.byteSize());
  }
}
