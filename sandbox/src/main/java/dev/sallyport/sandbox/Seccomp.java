package dev.sallyport.sandbox;

import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which system calls a process may make. What is listed is allowed; the rest fails: with a signal
 * that ends the process if it is in {@code kill}, with EPERM if this table knows it, with ENOSYS if
 * it is newer, as on a kernel that lacks it. Immutable.
 *
 * @param allow names
 * @param kill names; a program that tries one of these is an attack, not a misunderstanding
 * @param sockets families that a process may open
 * @param newNamespaces whether {@code clone} may make namespaces
 */
public record Seccomp(
    Set<String> allow, Set<String> kill, Set<SocketFamily> sockets, boolean newNamespaces) {
  static final int ALLOW = 0x7fff0000;
  static final int KILL = 0x80000000;
  private static final int ERRNO = 0x00050000;
  static final int EPERM = ERRNO | 1;
  static final int ENOSYS = ERRNO | 38;
  static final int EAFNOSUPPORT = ERRNO | 97;

  /** Offsets in {@code struct seccomp_data}; the low halves of the arguments. */
  private static final int NUMBER = 0;

  private static final int ARCHITECTURE = 4;
  private static final int FIRST = 16;
  private static final int SECOND = 24;

  /** Bit 30 marks the x32 calls of an x86-64 kernel, a second way to everything. */
  private static final int X32 = 0x40000000;

  /** {@code CLONE_NEW…}: ns, cgroup, uts, ipc, user, pid, net. */
  static final int NAMESPACES = 0x7e020000;

  /** {@code ADDR_NO_RANDOMIZE} and its like; what programs ask for is the plain one, or to tell. */
  private static final int PERSONALITY_QUERY = 0xffffffff;

  /** Terminal ioctls that put words into somebody else's mouth. */
  private static final int TIOCSTI = 0x5412;

  private static final int TIOCLINUX = 0x541c;

  public Seccomp {
    allow = Set.copyOf(allow);
    kill = Set.copyOf(kill);
    sockets = Set.copyOf(sockets);
  }

  /** The filter, for {@code bwrap --seccomp}. */
  Bpf program(Syscalls table, Architecture architecture) {
    Bpf bpf = new Bpf();
    // INVARIANT: the architecture first, since numbers mean something only within one.
    bpf.load(ARCHITECTURE);
    bpf.skipIf(Bpf.JUMP_EQUAL, architecture.audit, 1);
    bpf.ret(KILL);
    bpf.load(NUMBER);
    if (architecture == Architecture.X86_64) {
      bpf.skipUnless(Bpf.JUMP_AT_LEAST, X32, 1);
      bpf.ret(KILL);
    }
    TreeMap<Integer, String> starts = intervals(table, architecture);
    Integer[] bounds = starts.keySet().toArray(Integer[]::new);
    String[] verdicts = starts.values().toArray(String[]::new);
    tree(bpf, bounds, verdicts, 0, bounds.length);
    return bpf;
  }

  /** What holds from a number up to the next: a call with rules of its own, or {@code =VERDICT}. */
  private TreeMap<Integer, String> intervals(Syscalls table, Architecture architecture) {
    TreeMap<Integer, String> known = new TreeMap<>();
    for (String name : table.names()) {
      OptionalInt number = table.number(name, architecture);
      if (number.isPresent()) {
        known.put(number.getAsInt(), verdict(name));
      }
    }
    TreeMap<Integer, String> starts = new TreeMap<>();
    String before = "=" + ENOSYS;
    starts.put(0, before);
    for (int n = 0; n <= known.lastKey() + 1; n++) {
      String now = known.getOrDefault(n, "=" + ENOSYS);
      if (!now.equals(before)) {
        starts.put(n, now);
        before = now;
      }
    }
    return starts;
  }

  private String verdict(String name) {
    if (name.equals("clone3")) {
      // Its flags lie in memory, where a filter cannot look: programs fall back to clone.
      return newNamespaces ? "=" + ALLOW : "=" + ENOSYS;
    }
    if (kill.contains(name)) {
      return "=" + KILL;
    }
    if (!allow.contains(name)) {
      return "=" + EPERM;
    }
    return switch (name) {
      case "clone" -> newNamespaces ? "=" + ALLOW : name;
      case "socket", "socketpair", "ioctl", "personality" -> name;
      default -> "=" + ALLOW;
    };
  }

  private void tree(Bpf into, Integer[] bounds, String[] verdicts, int from, int to) {
    if (to - from == 1) {
      leaf(into, verdicts[from]);
      return;
    }
    int middle = (from + to) / 2;
    Bpf low = new Bpf();
    Bpf high = new Bpf();
    tree(low, bounds, verdicts, from, middle);
    tree(high, bounds, verdicts, middle, to);
    into.split(bounds[middle], low, high);
  }

  private void leaf(Bpf bpf, String verdict) {
    switch (verdict) {
      case "clone" -> {
        bpf.load(FIRST);
        refuse(bpf, Bpf.JUMP_ANY_BIT, NAMESPACES, EPERM);
        bpf.ret(ALLOW);
      }
      case "socket", "socketpair" -> {
        bpf.load(FIRST);
        for (SocketFamily family : sockets.stream().sorted().toList()) {
          bpf.skipUnless(Bpf.JUMP_EQUAL, family.number, 1);
          bpf.ret(ALLOW);
        }
        bpf.ret(EAFNOSUPPORT);
      }
      case "ioctl" -> {
        bpf.load(SECOND);
        refuse(bpf, Bpf.JUMP_EQUAL, TIOCSTI, EPERM);
        refuse(bpf, Bpf.JUMP_EQUAL, TIOCLINUX, EPERM);
        bpf.ret(ALLOW);
      }
      case "personality" -> {
        bpf.load(FIRST);
        for (int value : new int[] {0, PERSONALITY_QUERY}) {
          bpf.skipUnless(Bpf.JUMP_EQUAL, value, 1);
          bpf.ret(ALLOW);
        }
        bpf.ret(EPERM);
      }
      default -> bpf.ret(Integer.parseInt(verdict.substring(1)));
    }
  }

  private static void refuse(Bpf bpf, int test, int k, int verdict) {
    bpf.skipUnless(test, k, 1);
    bpf.ret(verdict);
  }
}
