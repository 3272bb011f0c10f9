package dev.sallyport.fuse;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Knows the processes of one runtime: those that descend from the process that was {@link #admit
 * admitted} and still lives, that are in the control groups of that process, and that execute an
 * allowed file. Everyone else is refused, and named once. Safe for several threads.
 *
 * <p>The admitted process is held by a pidfd and known by its start time, so that a later process
 * with its number is not taken for it. Descent is stable: in a pid namespace orphans become
 * children of its init, which itself descends from the admitted process.
 */
public final class RuntimeCallers implements Callers, AutoCloseable {
  /** How long a caller that comes before {@link #admit} waits for it. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** How long an answer may be used again; what is opened is always looked at anew. */
  private static final long FRESH_NANOS = Duration.ofMillis(250).toNanos();

  private static final int MAX_DEPTH = 64;
  private static final int REMEMBERED = 1024;

  private record Seen(ProcessId process, boolean good, long at) {}

  private final Arena arena = Arena.ofShared();
  private final Executables executables;
  private final OptionalInt user;
  private final Consumer<String> refusals;
  private final Map<Integer, Seen> seen =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Seen> eldest) {
          return size() > REMEMBERED;
        }
      };
  private @Nullable ProcessId root;
  private int pidfd = -1;
  private boolean outsiderTold;
  private boolean closed;

  /** As below, running as ourselves. */
  public RuntimeCallers(Set<Digest> executables, Consumer<String> refusals) {
    this(executables, OptionalInt.empty(), refusals);
  }

  /**
   * @param executables digests of the files that may be executed to read
   * @param user as whom they run, if not as ourselves
   * @param refusals told once of each refused process, in words for a log
   */
  public RuntimeCallers(Set<Digest> executables, OptionalInt user, Consumer<String> refusals) {
    this.executables = new Executables(executables);
    this.user = user;
    this.refusals = refusals;
  }

  /**
   * From now on the descendants of this process are the runtime; an earlier one's are not any more.
   *
   * @param pid a living child of ours
   */
  public synchronized void admit(long pid) throws IOException, BadInput {
    Kernel kernel = new Kernel(arena);
    int fd = kernel.pidfd(pid);
    if (fd < 0) {
      throw new IOException("process " + pid + " cannot be held: " + Errno.text(-fd));
    }
    forget();
    pidfd = fd;
    // After the descriptor: whoever has the number now is the process that it holds, or it ended.
    root = ProcessId.of(pid);
    notifyAll();
  }

  /** Nobody is the runtime until the next {@link #admit}. */
  public synchronized void forget() {
    if (pidfd >= 0) {
      var _ = new Kernel(arena).close(pidfd);
    }
    pidfd = -1;
    root = null;
    seen.clear();
  }

  @Override
  public OptionalInt user() {
    return user;
  }

  @Override
  public synchronized boolean mayRead(int thread, Want want) {
    if (thread == 0) {
      boolean told = outsiderTold;
      outsiderTold = true;
      return !told && refuse(thread, "of another pid namespace");
    }
    Seen before = seen.get(thread);
    if (before != null && want == Want.USE && System.nanoTime() - before.at() < FRESH_NANOS) {
      return before.good();
    }
    return look(thread, before);
  }

  private boolean look(int thread, @Nullable Seen before) {
    try {
      ProcessId caller = ProcessId.of(thread);
      // INVARIANT: an answer of this method is true only if nothing was wrong.
      String why = wrong(caller);
      seen.put(thread, new Seen(caller, why.isEmpty(), System.nanoTime()));
      boolean told = before != null && !before.good() && before.process().same(caller);
      return why.isEmpty() || (!told && refuse(thread, why));
    } catch (IOException | BadInput e) {
      return refuse(thread, "cannot be looked at: " + e.getMessage());
    }
  }

  /** Why this process may not read; empty if it may. */
  private String wrong(ProcessId caller) throws IOException, BadInput {
    ProcessId runtime = awaitRoot();
    if (runtime == null) {
      return "came when no runtime was running";
    }
    if (!descends(caller, runtime)) {
      return "was not started by this keeper";
    }
    // Of the runtime now: it joins its group before it starts anything, but after it is admitted.
    if (!caller.groups().equals(runtime.groups())) {
      return "is not in the control group of the runtime";
    }
    if (!executables.mayRead((int) caller.number())) {
      return "executes a file that is not allowed to read";
    }
    // What was read of /proc was read of the runtime, if it lives and the caller is still the same.
    boolean changed = new Kernel(arena).ended(pidfd) || !ProcessId.of(caller.number()).same(caller);
    return changed ? "changed while it was looked at" : "";
  }

  private static boolean descends(ProcessId caller, ProcessId runtime)
      throws IOException, BadInput {
    ProcessId at = caller;
    for (int depth = 0; depth < MAX_DEPTH && at.number() > 1; depth++) {
      if (at.number() == runtime.number()) {
        return at.start() == runtime.start();
      }
      if (at.parent() == 0) {
        return false;
      }
      at = ProcessId.of(at.parent());
    }
    return false;
  }

  /** The first requests come from the sandbox being set up, perhaps before it is announced. */
  private @Nullable ProcessId awaitRoot() {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try {
      long rest = PATIENCE.toMillis();
      while (root == null && !closed && rest > 0) {
        wait(rest);
        rest = (end - System.nanoTime()) / 1_000_000;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return root;
  }

  private boolean refuse(int thread, String why) {
    refusals.accept("process " + thread + " " + why);
    return false;
  }

  @Override
  public synchronized void close() {
    forget();
    if (!closed) {
      closed = true;
      notifyAll();
      arena.close();
    }
  }
}
