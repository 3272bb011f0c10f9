package dev.sallyport.cli;

import dev.sallyport.sandbox.Confined;
import dev.sallyport.sandbox.Output;
import dev.sallyport.sandbox.Sandbox;
import dev.sallyport.sandbox.SandboxFailure;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One supervised process. Its thread starts it, waits for its end, and starts it again; {@link
 * #stop} ends both.
 */
final class Child {
  /** Told what happens, on the child's thread. */
  interface Observer {
    void started(Child child);

    void exited(Child child, int status, boolean wanted);

    void failed(Child child, String why);
  }

  private final Program program;
  private final Sandbox sandbox;
  private final dev.sallyport.sandbox.Confinement view;
  private final List<String> command;
  private final Observer observer;
  private final Backoff backoff = new Backoff();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable Confined running;

  Child(
      Program program,
      Sandbox sandbox,
      dev.sallyport.sandbox.Confinement view,
      List<String> command,
      Observer observer) {
    this.program = program;
    this.sandbox = sandbox;
    this.view = view;
    this.command = List.copyOf(command);
    this.observer = observer;
    this.thread = Thread.ofPlatform().name("child-" + program.label()).unstarted(this::run);
  }

  Program program() {
    return program;
  }

  /** The last thing its present or last process said, if anything. */
  Optional<String> lastWords() {
    Confined process = running;
    return process == null
        ? Optional.empty()
        : process.lastLines().reversed().stream().filter(line -> !line.isBlank()).findFirst();
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      boolean again = true;
      while (again) {
        long born = System.nanoTime();
        once();
        Duration pause = backoff.after(Duration.ofNanos(System.nanoTime() - born));
        again = !stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      // Only stop() interrupts, after it ended the process.
      Thread.currentThread().interrupt();
    }
  }

  private void once() throws InterruptedException {
    try {
      Confined process = launch();
      if (process != null) {
        observer.started(this);
        int status = process.waitFor();
        observer.exited(this, status, stopping.getCount() == 0);
      }
    } catch (SandboxFailure e) {
      observer.failed(this, String.valueOf(e.getMessage()));
    }
  }

  /** Nothing once {@link #stop} began: the lock keeps a start from slipping past it. */
  private synchronized @Nullable Confined launch() throws SandboxFailure, InterruptedException {
    if (stopping.getCount() == 0) {
      return null;
    }
    Confined process = sandbox.start(view, command, Output.ECHO);
    running = process;
    return process;
  }

  /** Ends the process for good: SIGTERM, then SIGKILL after {@code grace}. */
  void stop(Duration grace) throws InterruptedException {
    synchronized (this) {
      stopping.countDown();
    }
    Confined process = running;
    if (process != null && process.isAlive()) {
      process.stop(grace);
    }
    thread.join(Duration.ofSeconds(5));
    thread.interrupt();
  }
}
