package dev.sallyport.custody;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Protection of a whole process that holds keys: its memory cannot be read through {@code ptrace}
 * or {@code /proc/PID/mem} by its own user, and never lands in a core file. To be called first in
 * {@code main}: {@code execve} resets the dumpable flag, a child process has its own.
 */
public final class Hardening {
  private static final int PR_SET_DUMPABLE = 4;
  private static final int RLIMIT_CORE = 4;
  private static final int MCL_CURRENT = 1;
  private static final int MCL_ONFAULT = 4;

  private Hardening() {}

  /**
   * Forbids dumps of this process and of its children's cores.
   *
   * @throws IllegalStateException if the kernel refuses: then no key may be read
   */
  public static void forbidDumps() {
    boolean undumpable = prctl(PR_SET_DUMPABLE, 0) == 0;
    if (!undumpable || !noCore()) {
      throw new IllegalStateException("internal error: the kernel refuses to forbid memory dumps");
    }
  }

  /**
   * Locks into memory what is mapped, as far as the limit for locked memory allows; keys lie on
   * pages that {@code Secret} locks by itself.
   *
   * @return what could not be done, for the operator log
   */
  public static List<String> lockMemory() {
    List<String> refused = new ArrayList<>();
    FunctionDescriptor shape = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    try {
      // Not MCL_FUTURE: with a limit on locked memory it would make later allocations fail.
      if ((int) function("mlockall", shape).invokeExact(MCL_CURRENT | MCL_ONFAULT) != 0) {
        refused.add("mlockall");
      }
    } catch (Throwable e) {
      throw broken(e);
    }
    return refused;
  }

  private static int prctl(int option, long value) {
    FunctionDescriptor shape =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG);
    try {
      return (int) function("prctl", shape).invokeExact(option, value, 0L, 0L, 0L);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  private static boolean noCore() {
    FunctionDescriptor shape =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment zero = arena.allocate(16, 8);
      return (int) function("setrlimit", shape).invokeExact(RLIMIT_CORE, zero) == 0;
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  // Linking native code is restricted: the launcher grants it with --enable-native-access.
  @SuppressWarnings("restricted")
  private static MethodHandle function(String name, FunctionDescriptor shape) {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> address = linker.defaultLookup().find(name);
    return linker.downcallHandle(
        address.orElseThrow(() -> new IllegalStateException("internal error: libc has no " + name)),
        shape);
  }

  private static IllegalStateException broken(Throwable cause) {
    return new IllegalStateException("internal error: native call failed", cause);
  }
}
