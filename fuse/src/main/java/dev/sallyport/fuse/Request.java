package dev.sallyport.fuse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * One request of the kernel, as read: {@code fuse_in_header} and its argument. Valid until the next
 * is read into the same memory.
 */
record Request(MemorySegment message) {
  int opcode() {
    return message.get(ValueLayout.JAVA_INT, 4);
  }

  long unique() {
    return message.get(ValueLayout.JAVA_LONG, 8);
  }

  long node() {
    return message.get(ValueLayout.JAVA_LONG, 16);
  }

  /** The thread that asks, in the pid namespace of the mount. */
  int thread() {
    return message.get(ValueLayout.JAVA_INT, 32);
  }

  int u32(int offset) {
    return message.get(ValueLayout.JAVA_INT, Protocol.IN_HEADER + (long) offset);
  }

  long u64(int offset) {
    return message.get(ValueLayout.JAVA_LONG, Protocol.IN_HEADER + (long) offset);
  }

  /** How many bytes the argument has up to its zero byte. */
  int textLength() {
    int length = 0;
    MemorySegment argument = message.asSlice(Protocol.IN_HEADER);
    while (length < argument.byteSize() && argument.get(ValueLayout.JAVA_BYTE, length) != 0) {
      length++;
    }
    return length;
  }

  /** The argument as text up to its zero byte. */
  String text() {
    byte[] bytes = message.asSlice(Protocol.IN_HEADER, textLength()).toArray(ValueLayout.JAVA_BYTE);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
