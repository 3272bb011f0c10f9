package dev.sallyport.keys;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * {@code mlock(2)}, {@code munlock(2)} and {@code madvise(2)} for the pages of {@link Secret}s, as
 * far as the system has them. A secret has a page of its own because these calls work on pages.
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

  private SecretMemory() {}

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
