package dev.sallyport.keys;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The pages of {@link Secret}s. Where the kernel has {@code memfd_secret(2)}, a page that not even
 * the kernel maps: neither ptrace, {@code /proc/PID/mem}, a core dump nor swap can show it. Else a
 * page locked by {@code mlock(2)} and left out of dumps by {@code madvise(2)}.
 */
final class SecretMemory {
  /** Bytes per page; also a multiple of what smaller pages would need. */
  static final long PAGE = 4096;

  private static final int MADV_DONTDUMP = 16;
  private static final int MADV_DODUMP = 17;

  private static final Optional<MethodHandle> MLOCK =
      find(
          "mlock",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
  private static final Optional<MethodHandle> MUNLOCK =
      find(
          "munlock",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
  private static final Optional<MethodHandle> MADVISE =
      find(
          "madvise",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));

  private static final int SYS_MEMFD_SECRET = 447;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_SHARED = 1;
  private static final long MAP_FAILED = -1;

  private static final Optional<MethodHandle> SYSCALL =
      find(
          "syscall",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
  private static final Optional<MethodHandle> FTRUNCATE =
      find(
          "ftruncate",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
  private static final Optional<MethodHandle> MMAP =
      find(
          "mmap",
          FunctionDescriptor.of(
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG));
  private static final Optional<MethodHandle> MUNMAP =
      find(
          "munmap",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
  private static final Optional<MethodHandle> CLOSE =
      find("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private SecretMemory() {}

  /** A page of {@code memfd_secret}, unmapped when the arena closes; empty if it was refused. */
  static Optional<MemorySegment> secretPage(Arena arena) {
    boolean known = System.getProperty("os.arch", "").matches("amd64|aarch64|riscv64");
    if (!known || SYSCALL.isEmpty() || FTRUNCATE.isEmpty() || MMAP.isEmpty() || CLOSE.isEmpty()) {
      return Optional.empty();
    }
    try {
      int fd = (int) (long) SYSCALL.get().invokeExact((long) SYS_MEMFD_SECRET, 0L);
      if (fd < 0) {
        return Optional.empty();
      }
      try {
        return map(fd, arena);
      } finally {
        int _ = (int) CLOSE.get().invokeExact(fd);
      }
    } catch (Throwable e) {
      throw new IllegalStateException("internal error: native call failed", e);
    }
  }

  // Giving a size to a raw address is restricted; it is the one that was mapped.
  @SuppressWarnings("restricted")
  private static Optional<MemorySegment> map(int fd, Arena arena) throws Throwable {
    if ((int) FTRUNCATE.orElseThrow().invokeExact(fd, PAGE) != 0) {
      return Optional.empty();
    }
    MemorySegment at =
        (MemorySegment)
            MMAP.orElseThrow()
                .invokeExact(MemorySegment.NULL, PAGE, PROT_READ_WRITE, MAP_SHARED, fd, 0L);
    if (at.address() == MAP_FAILED) {
      return Optional.empty();
    }
    return Optional.of(at.reinterpret(PAGE, arena, SecretMemory::unmap));
  }

  private static void unmap(MemorySegment page) {
    try {
      int _ = (int) MUNMAP.orElseThrow().invokeExact(page, PAGE);
    } catch (Throwable e) {
      throw new IllegalStateException("internal error: native call failed", e);
    }
  }

  /** Locks the page and keeps it out of core dumps. False if either was refused. */
  static boolean lock(MemorySegment page) {
    boolean hidden = advise(page, MADV_DONTDUMP);
    return call(MLOCK, page) && hidden;
  }

  /** Undoes {@link #lock}; the page must have been wiped. */
  static void unlock(MemorySegment page) {
    boolean released = call(MUNLOCK, page) && advise(page, MADV_DODUMP);
    if (!released) {
      throw new IllegalStateException("internal error: a locked page cannot be unlocked");
    }
  }

  private static boolean call(Optional<MethodHandle> function, MemorySegment page) {
    try {
      return function.isPresent() && (int) function.get().invokeExact(page, page.byteSize()) == 0;
    } catch (Throwable e) {
      throw new IllegalStateException("internal error: native call failed", e);
    }
  }

  private static boolean advise(MemorySegment page, int advice) {
    try {
      return MADVISE.isPresent()
          && (int) MADVISE.get().invokeExact(page, page.byteSize(), advice) == 0;
    } catch (Throwable e) {
      throw new IllegalStateException("internal error: native call failed", e);
    }
  }

  // Linking native code is restricted: the launcher grants it with --enable-native-access.
  @SuppressWarnings("restricted")
  private static Optional<MethodHandle> find(String name, FunctionDescriptor descriptor) {
    Linker linker = Linker.nativeLinker();
    SymbolLookup libc = linker.defaultLookup();
    return libc.find(name).map(address -> linker.downcallHandle(address, descriptor));
  }
}
