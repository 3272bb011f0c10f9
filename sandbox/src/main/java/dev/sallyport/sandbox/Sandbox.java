package dev.sallyport.sandbox;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Starts confined processes. Thread-safe; {@link #close} kills the processes that die with their
 * parent.
 *
 * <p>The kernel's parent-death signal follows the <em>thread</em> that started a process, not the
 * process it belongs to. So one platform thread, owned here, starts them all and lives as long as
 * they may.
 */
public final class Sandbox implements AutoCloseable {
  /** A {@code sockaddr_un} holds 108 bytes, the last of which is zero. */
  public static final int MAX_SOCKET_PATH = 107;

  private static final List<Path> PLACES =
      List.of(Path.of("/usr/bin/bwrap"), Path.of("/usr/local/bin/bwrap"), Path.of("/bin/bwrap"));

  private static final int UNKNOWN = -1;

  private static final Duration CHECK_LIMIT = Duration.ofSeconds(10);

  private final Path bwrap;
  private int landlock = UNKNOWN;
  private final ExecutorService parent =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("sandbox-parent").daemon(true).factory());

  private Sandbox(Path bwrap) {
    this.bwrap = bwrap;
  }

  /** The launcher of this host. */
  public static Sandbox open() throws SandboxFailure {
    for (Path place : PLACES) {
      if (Files.isExecutable(place)) {
        return new Sandbox(place);
      }
    }
    return at(PLACES.getFirst());
  }

  /** The launcher at this path. */
  public static Sandbox at(Path bwrap) throws SandboxFailure {
    if (!Files.isExecutable(bwrap)) {
      throw new SandboxFailure(
          SandboxFailure.Reason.BUBBLEWRAP_MISSING,
          bwrap + " is missing; install bubblewrap (apt-get install bubblewrap)");
    }
    return new Sandbox(bwrap);
  }

  /** Fails unless a process can be confined here, without starting one of ours. */
  public void check() throws SandboxFailure, InterruptedException {
    check(Confinement.nothing().build());
  }

  /** As above, for this view. */
  public void check(Confinement view) throws SandboxFailure, InterruptedException {
    Confined probe = start(view, List.of("/usr/bin/true"), Output.TAIL);
    if (probe.waitFor(CHECK_LIMIT).isEmpty()) {
      probe.kill(CHECK_LIMIT);
      throw new SandboxFailure(
          SandboxFailure.Reason.REFUSED,
          "bwrap did not end within " + CHECK_LIMIT.toSeconds() + " s");
    }
    if (probe.waitFor() != 0) {
      throw Refusal.explain(probe.lastLines());
    }
  }

  /** Starts {@code command} (an absolute path inside, and arguments) confined. */
  public Confined start(Confinement confinement, List<String> command, Output output)
      throws SandboxFailure, InterruptedException {
    List<String> line = Bubblewrap.commandLine(bwrap, confinement, landlock(), command);
    byte[] filter = confinement.filtered() ? confinement.profile().filter() : new byte[0];
    try {
      return parent.submit(() -> launch(line, filter, output)).get();
    } catch (ExecutionException e) {
      throw new SandboxFailure(
          SandboxFailure.Reason.REFUSED, "bwrap could not be started: " + e.getCause(), e);
    }
  }

  /**
   * The version of Landlock that restricts what is started under a profile that has it; 0 if this
   * kernel has none.
   */
  public synchronized int landlock() throws InterruptedException {
    if (landlock == UNKNOWN) {
      landlock = Math.min(Landlock.version(), Landlock.NEWEST);
    }
    return landlock;
  }

  private static Confined launch(List<String> line, byte[] filter, Output output)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.environment().clear();
    String name = "sandbox";
    return switch (output) {
      case INHERIT -> {
        builder.redirectOutput(ProcessBuilder.Redirect.INHERIT);
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        yield new Confined(feed(builder.start(), filter), null);
      }
      case ECHO -> {
        builder.redirectOutput(ProcessBuilder.Redirect.INHERIT);
        Process process = feed(builder.start(), filter);
        yield new Confined(process, new Tail(process.getErrorStream(), System.err, name));
      }
      case TAIL -> {
        Process process = feed(builder.redirectErrorStream(true).start(), filter);
        yield new Confined(
            process, new Tail(process.getInputStream(), OutputStream.nullOutputStream(), name));
      }
      case PIPE -> {
        Process process = feed(builder.start(), filter);
        yield new Confined(
            process, new Tail(process.getErrorStream(), OutputStream.nullOutputStream(), name));
      }
    };
  }

  /** Writes the filter and closes: it is smaller than a pipe, so nobody waits. */
  private static Process feed(Process process, byte[] filter) throws IOException {
    try (OutputStream in = process.getOutputStream()) {
      in.write(filter);
    } catch (IOException ended) {
      // It ended before it read: its status and last words tell why. By the handle, because the
      // process itself would throw these words away.
      process.toHandle().destroyForcibly();
    }
    return process;
  }

  /** Fails if a Unix socket cannot have this path. */
  public static Path socketPath(Path path) throws SandboxFailure {
    int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_SOCKET_PATH) {
      throw new SandboxFailure(
          SandboxFailure.Reason.PATH_TOO_LONG,
          "socket path of "
              + length
              + " bytes: "
              + path
              + "; the limit is "
              + MAX_SOCKET_PATH
              + ", choose a shorter home");
    }
    return path;
  }

  @Override
  public void close() {
    // The end of the parent thread is what kills its processes.
    parent.shutdownNow();
    parent.close();
  }
}
