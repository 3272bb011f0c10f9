package dev.sallyport.sandbox;

import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A running confined process. Thread-safe.
 *
 * <p>The tree is: bwrap outside, an init (pid 1 of the namespace), the command. When the init dies
 * the kernel kills all that is in the namespace, and bwrap outside ends only after that. So when
 * {@link #kill} returns true, nothing that was inside runs any more.
 */
public final class Confined {
  private final Process bwrap;
  private final @Nullable Tail tail;

  Confined(Process bwrap, @Nullable Tail tail) {
    this.bwrap = bwrap;
    this.tail = tail;
  }

  public boolean isAlive() {
    return bwrap.isAlive();
  }

  /** Of bwrap outside, for messages. */
  public long pid() {
    return bwrap.pid();
  }

  /** Standard output, if the process was started with {@link Output#PIPE}. */
  public InputStream output() {
    return bwrap.getInputStream();
  }

  /** The last lines written, unless they go elsewhere or {@link #forgetOutput} was called. */
  public List<String> lastLines() {
    return tail == null ? List.of() : tail.lines();
  }

  /** Keeps no line from now on: an inference server may write prompts once it serves. */
  public void forgetOutput() {
    if (tail != null) {
      tail.forget();
    }
  }

  /** Waits for the end; 128 + n if signal n killed the command. */
  public int waitFor() throws InterruptedException {
    int status = bwrap.waitFor();
    if (tail != null) {
      tail.join();
    }
    return status;
  }

  /** The exit status if the process ends within this time. */
  public Optional<Integer> waitFor(Duration limit) throws InterruptedException {
    boolean ended = bwrap.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    return ended ? Optional.of(waitFor()) : Optional.empty();
  }

  /** Asks the command to end (SIGTERM) and kills whatever is left after {@code grace}. */
  public boolean stop(Duration grace) throws InterruptedException {
    bwrap.children().flatMap(ProcessHandle::children).forEach(ProcessHandle::destroy);
    return bwrap.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS) || kill(grace);
  }

  /**
   * SIGKILL to the namespace's init, so to all that is inside.
   *
   * @return whether all is dead within {@code limit}; if not, the kernel is still at it
   */
  public boolean kill(Duration limit) throws InterruptedException {
    List<ProcessHandle> inits = bwrap.children().toList();
    inits.forEach(ProcessHandle::destroyForcibly);
    if (inits.isEmpty()) {
      // Not forked yet, or no /proc to see it in: bwrap's death takes the init with it
      // (--die-with-parent), though then its end is not seen here.
      bwrap.destroyForcibly();
    }
    boolean dead = bwrap.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    if (!dead) {
      bwrap.destroyForcibly();
    }
    return dead;
  }
}
