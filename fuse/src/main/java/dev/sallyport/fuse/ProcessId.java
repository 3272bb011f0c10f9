package dev.sallyport.fuse;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A process or thread that cannot be confused with a later one of the same number (proc(5), stat).
 *
 * @param number in the pid namespace of this {@code /proc}
 * @param start clock ticks after boot
 * @param parent the number of its parent process, now
 */
record ProcessId(long number, long start, long parent) {
  private static final int MAX_STAT = 4096;
  private static final int MAX_GROUPS = 1 << 16;
  private static final int PARENT = 1;
  private static final int START = 19;

  /** Whoever has this number now. */
  static ProcessId of(long number) throws IOException, BadInput {
    byte[] bytes = Bounded.read(Path.of("/proc", Long.toString(number), "stat"), MAX_STAT);
    String stat = new String(bytes, StandardCharsets.ISO_8859_1);
    // The name, in parentheses, may hold anything: what counts comes after the last one.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    try {
      return new ProcessId(number, Long.parseLong(fields[START]), Long.parseLong(fields[PARENT]));
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new BadInput("/proc/" + number + "/stat is not what proc(5) says", e);
    }
  }

  /** The control groups that it is in now, of every hierarchy, as lines (cgroups(7)). */
  String groups() throws IOException, BadInput {
    byte[] bytes = Bounded.read(Path.of("/proc", Long.toString(number), "cgroup"), MAX_GROUPS);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  boolean same(ProcessId other) {
    return number == other.number && start == other.start;
  }
}
