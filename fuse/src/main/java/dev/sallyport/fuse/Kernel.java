package dev.sallyport.fuse;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * The system calls of this room, through the C library. Each answers what the call answers, or the
 * negative errno. One per thread that calls: it owns the memory that errno is captured in.
 */
final class Kernel {
  static final int O_RDWR_CLOEXEC = 2 | 0x80000;
  static final int MS_RDONLY = 1;
  static final int MS_NOSUID = 2;
  static final int MS_NODEV = 4;
  static final int MS_NOEXEC = 8;
  static final int MS_NOATIME = 1024;
  static final int MNT_FORCE = 1;
  static final int MNT_DETACH = 2;
  static final int MADV_DONTDUMP = 16;
  static final int MADV_COLLAPSE = 25;

  private static final int PR_CAP_AMBIENT = 47;
  private static final long AMBIENT_LOWER = 3;
  private static final long AMBIENT_CLEAR_ALL = 4;
  private static final short POLLIN = 1;
  private static final long SYS_PIDFD_OPEN = 434;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final MemoryLayout POINTER = ValueLayout.ADDRESS;

  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle OPEN = find("open", 2, INT, POINTER, INT);
  private static final MethodHandle CLOSE = find("close", -1, INT, INT);
  private static final MethodHandle READ = find("read", -1, LONG, INT, POINTER, LONG);
  private static final MethodHandle WRITEV = find("writev", -1, LONG, INT, POINTER, INT);
  private static final MethodHandle IOCTL = find("ioctl", 2, INT, INT, LONG, POINTER);
  private static final MethodHandle MOUNT =
      find("mount", -1, INT, POINTER, POINTER, POINTER, LONG, POINTER);
  private static final MethodHandle UMOUNT = find("umount2", -1, INT, POINTER, INT);
  private static final MethodHandle MADVISE = find("madvise", -1, INT, POINTER, LONG, INT);
  private static final MethodHandle POLL = find("poll", -1, INT, POINTER, LONG, INT);
  private static final MethodHandle SYSCALL = find("syscall", 1, LONG, LONG, LONG, LONG);
  private static final MethodHandle PRCTL = find("prctl", 1, INT, INT, LONG, LONG, LONG, LONG);
  private static final MethodHandle GETUID = find("getuid", -1, INT);
  private static final MethodHandle GETGID = find("getgid", -1, INT);

  private final MemorySegment state;

  /**
   * @param arena holds what errno is captured in
   */
  Kernel(Arena arena) {
    this.state = arena.allocate(STATE);
  }

  int open(String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return done((int) OPEN.invokeExact(state, arena.allocateFrom(path), flags));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int close(int fd) {
    try {
      return done((int) CLOSE.invokeExact(state, fd));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  long read(int fd, MemorySegment into) {
    try {
      return done((long) READ.invokeExact(state, fd, into, into.byteSize()));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  long writev(int fd, MemorySegment vectors, int count) {
    try {
      return done((long) WRITEV.invokeExact(state, fd, vectors, count));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int ioctl(int fd, long request, MemorySegment argument) {
    try {
      return done((int) IOCTL.invokeExact(state, fd, request, argument));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int mount(String source, Path target, String type, long flags, String data) {
    try (Arena arena = Arena.ofConfined()) {
      return done(
          (int)
              MOUNT.invokeExact(
                  state,
                  arena.allocateFrom(source),
                  arena.allocateFrom(target.toString()),
                  arena.allocateFrom(type),
                  flags,
                  arena.allocateFrom(data)));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int umount(Path target, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return done((int) UMOUNT.invokeExact(state, arena.allocateFrom(target.toString()), flags));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int madvise(MemorySegment memory, int advice) {
    try {
      return done((int) MADVISE.invokeExact(state, memory, memory.byteSize(), advice));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** A descriptor that stands for this process, whatever becomes of its number. */
  int pidfd(long pid) {
    try {
      return (int) done((long) SYSCALL.invokeExact(state, SYS_PIDFD_OPEN, pid, 0L));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** Whether the process behind a pidfd has ended. */
  boolean ended(int pidfd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment poll = arena.allocate(8, 4);
      poll.set(INT, 0, pidfd);
      poll.set(ValueLayout.JAVA_SHORT, 4, POLLIN);
      return done((int) POLL.invokeExact(state, poll, 1L, 0)) != 0;
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int dropAmbient() {
    try {
      return done((int) PRCTL.invokeExact(state, PR_CAP_AMBIENT, AMBIENT_CLEAR_ALL, 0L, 0L, 0L));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int lowerAmbient(long capability) {
    try {
      return done(
          (int) PRCTL.invokeExact(state, PR_CAP_AMBIENT, AMBIENT_LOWER, capability, 0L, 0L));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int uid() {
    try {
      return (int) GETUID.invokeExact(state);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int gid() {
    try {
      return (int) GETGID.invokeExact(state);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  private int done(int result) {
    return result >= 0 ? result : -(int) ERRNO.get(state, 0L);
  }

  private long done(long result) {
    return result >= 0 ? result : -(int) ERRNO.get(state, 0L);
  }

  /** {@code variadic} is the index of the first variable argument, or -1. */
  // Linking native code is restricted: the launcher grants it with --enable-native-access.
  @SuppressWarnings("restricted")
  private static MethodHandle find(
      String name, int variadic, MemoryLayout result, MemoryLayout... arguments) {
    Linker linker = Linker.nativeLinker();
    MemorySegment address =
        linker
            .defaultLookup()
            .find(name)
            .orElseThrow(() -> new IllegalStateException("internal error: libc has no " + name));
    FunctionDescriptor shape = FunctionDescriptor.of(result, arguments);
    Linker.Option errno = Linker.Option.captureCallState("errno");
    return variadic < 0
        ? linker.downcallHandle(address, shape, errno)
        : linker.downcallHandle(address, shape, errno, Linker.Option.firstVariadicArg(variadic));
  }

  private static IllegalStateException broken(Throwable cause) {
    return new IllegalStateException("internal error: native call failed", cause);
  }
}
