package dev.sallyport.sandbox;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * A program that has been taken over: makes the system calls {@code NUMBER,ARG,…} that it is given,
 * in order, and writes for each what came back, or {@code -ERRNO}. {@code @} is the address of a
 * zeroed page, {@code $} the own process.
 */
final class Attacker {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private Attacker() {}

  public static void main(String[] calls) throws Throwable {
    Linker linker = Linker.nativeLinker();
    MemoryLayout state = Linker.Option.captureStateLayout();
    VarHandle errno = state.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    MethodHandle syscall =
        linker.downcallHandle(
            linker.defaultLookup().find("syscall").orElseThrow(),
            FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG),
            Linker.Option.firstVariadicArg(1),
            Linker.Option.captureCallState("errno"));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = arena.allocate(state);
      for (String call : calls) {
        long[] w = new long[7];
        String[] words = call.split(",", -1);
        for (int i = 0; i < words.length; i++) {
          w[i] =
              switch (words[i]) {
                case "@" -> arena.allocate(4096, 4096).address();
                case "$" -> ProcessHandle.current().pid();
                default -> Long.decode(words[i]);
              };
        }
        long said = (long) syscall.invokeExact(captured, w[0], w[1], w[2], w[3], w[4], w[5], w[6]);
        System.out.println(said >= 0 ? said : -(int) errno.get(captured, 0L));
        System.out.flush();
      }
    }
  }
}
