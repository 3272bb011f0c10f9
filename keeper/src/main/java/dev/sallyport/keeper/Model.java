package dev.sallyport.keeper;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.keys.Lease;
import dev.sallyport.sandbox.Confined;
import dev.sallyport.sandbox.SandboxFailure;
import dev.sallyport.vault.ModelKeys;
import dev.sallyport.vault.SealedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One model from lease to end. A guard thread owns every decision: it hears signals, renews at a
 * third of the lease's life, and ends the model when the lease falls or is over. Work that may hang
 * (decrypting, starting, renewing) runs on threads of its own, so that nothing delays the end.
 *
 * <p>The end is always: kill, wipe the key, wipe the plaintext, report (spec/key-release.md §5).
 */
final class Model {
  private static final System.Logger LOG = System.getLogger("keeper");

  /** The longest sleep of the guard: a clock that is set is noticed within this. */
  private static final Duration TICK = Duration.ofMillis(200);

  private static final Duration KILL_LIMIT = Duration.ofSeconds(1);
  private static final Duration RENEW_PAUSE = Duration.ofSeconds(2);
  private static final Duration FIRST_BACKOFF = Duration.ofMillis(500);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(30);

  /** What all models of a keeper share. */
  record Context(
      Home home,
      Loaders loaders,
      Leasing leasing,
      RuntimeLauncher launcher,
      Reporter reporter,
      Users users,
      InstantSource clock) {}

  private final Context context;
  private final RunRequest run;
  private final SealedModel sealed;
  private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
  private final CompletableFuture<Lease> healthy = new CompletableFuture<>();
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private final ModelKeys keys;
  private final OptionalInt user;
  private final Plaintext plaintext;
  private final Thread guard;

  // Written by the guard thread alone, as are the rest; others read when it ends.
  private volatile Leasing.Held held;
  private LeaseWatch watch;
  private Instant renewAt;
  private boolean renewing;
  private Duration backoff = FIRST_BACKOFF;

  // Shared: the worker that starts a process and the guard that ends it must not miss each other.
  private boolean over;
  private @Nullable Confined process;
  private @Nullable Thread worker;

  Model(Context context, RunRequest run, SealedModel sealed, Leasing.Opened opened)
      throws IOException, Refusal {
    this.context = context;
    this.run = run;
    this.sealed = sealed;
    this.keys = opened.keys();
    this.held = opened.held();
    this.renewAt = renewalOf(opened.held());
    this.user = context.users().take();
    this.plaintext = prepare();
    this.watch = watch(opened.held());
    this.guard = Thread.ofPlatform().name("guard-" + run.model().value()).unstarted(this::guard);
  }

  private Plaintext prepare() throws IOException {
    try {
      return context
          .loaders()
          .prepare(
              run, sealed, user, this::refused, reason -> signals.add(new Signal.Fall(reason)));
    } catch (IOException e) {
      context.users().giveBack(user);
      throw e;
    }
  }

  /** Begins; {@link #awaitHealthy} tells how it went. */
  void start() {
    guard.start();
  }

  RunRequest request() {
    return run;
  }

  /** Waits until the runtime answers; the lease that it then ran on. */
  Lease awaitHealthy() throws Refusal, InterruptedException {
    try {
      return healthy.get();
    } catch (ExecutionException e) {
      throw refusal(e.getCause());
    }
  }

  private static Refusal refusal(@Nullable Throwable cause) {
    if (cause instanceof Refusal refusal) {
      return refusal;
    }
    Refusal refusal =
        new Refusal("runtime", "runtime not started: " + (cause == null ? "" : cause.getMessage()));
    refusal.initCause(cause);
    return refusal;
  }

  /** How its plaintext gets before the runtime. */
  String loader() {
    return plaintext.loader();
  }

  /** What keyd verified about this host for the present lease. */
  List<Json.Obj> attestation() {
    return held.lease().attestation();
  }

  /** When its present lease ends. */
  Instant notAfter() {
    return held.lease().notAfter();
  }

  boolean isOver() {
    return ended.isDone();
  }

  boolean isHealthy() {
    return healthy.isDone() && !healthy.isCompletedExceptionally() && !isOver();
  }

  /** Ends the model and waits until everything is gone. */
  void stop(String reason) throws InterruptedException {
    signals.add(new Signal.Fall(reason));
    guard.join();
  }

  private LeaseWatch watch(Leasing.Held lease) {
    return new LeaseWatch(
        context.home().leases(), lease, reason -> signals.add(new Signal.Fall(reason)));
  }

  private Instant renewalOf(Leasing.Held lease) {
    Instant now = context.clock().instant();
    return now.plus(Duration.between(now, lease.lease().notAfter()).dividedBy(3));
  }

  private void guard() {
    String reason = "internal error";
    try {
      work(Duration.ZERO, true);
      reason = hear();
    } catch (InterruptedException e) {
      reason = "keeper ends";
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "internal error in the guard", e);
    } finally {
      end(reason);
    }
  }

  /** Hears signals until there is a reason to end. */
  private String hear() throws InterruptedException {
    while (true) {
      Signal signal = signals.poll(TICK.toMillis(), TimeUnit.MILLISECONDS);
      Instant now = context.clock().instant();
      // INVARIANT: whatever happens, nothing runs past notAfter (invariant 2 of DESIGN §1).
      if (!now.isBefore(held.lease().notAfter())) {
        return "lease expired";
      }
      if (signal instanceof Signal.Fall fall) {
        return fall.reason();
      }
      if (signal instanceof Signal.Failed failed && !healthy.isDone()) {
        healthy.completeExceptionally(failed.cause());
        return "start failed";
      }
      if (signal != null) {
        handle(signal, now);
      }
      if (!renewing && !now.isBefore(renewAt)) {
        renew();
      }
    }
  }

  private void handle(Signal signal, Instant now) {
    switch (signal) {
      case Signal.Fall f -> throw new IllegalStateException("internal error: fall is an end");
      case Signal.Healthy h -> {
        report("runtime.started", healthy.isDone() ? "restarted" : "requested");
        healthy.complete(held.lease());
        awaitExit(h.process());
      }
      case Signal.Failed f -> {
        report("runtime.stopped", "restart failed");
        restart();
      }
      case Signal.Exited e -> {
        report("runtime.stopped", "exited with status " + e.status());
        restart();
      }
      case Signal.Renewed r -> {
        renewing = false;
        held = r.held();
        renewAt = renewalOf(held);
        watch.close();
        watch = watch(held);
      }
      case Signal.NotRenewed n -> {
        LOG.log(System.Logger.Level.WARNING, "model={0} not renewed: {1}", run.model(), n.reason());
        renewing = false;
        renewAt = now.plus(RENEW_PAUSE);
      }
    }
  }

  private void restart() {
    work(backoff, false);
    backoff =
        backoff.multipliedBy(2).compareTo(MAX_BACKOFF) > 0 ? MAX_BACKOFF : backoff.multipliedBy(2);
  }

  /** Decrypts if need be, starts, waits for health; tells the guard. */
  private void work(Duration pause, boolean decrypt) {
    synchronized (this) {
      worker =
          Thread.ofPlatform()
              .name("worker-" + run.model().value())
              .daemon(true)
              .start(() -> {
                try {
                  Thread.sleep(pause);
                  if (decrypt) {
                    decrypt();
                  }
                  signals.add(new Signal.Healthy(startHealthy()));
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                } catch (IOException | BadInput | SandboxFailure | Refusal | RuntimeException e) {
                  signals.add(new Signal.Failed(e));
                }
              });
    }
  }

  private void decrypt() throws IOException, BadInput {
    plaintext.fill(keys);
  }

  private Confined startHealthy()
      throws IOException, BadInput, SandboxFailure, Refusal, InterruptedException {
    Path sockets = context.home().sockets(run.model().value());
    Confined started;
    synchronized (this) {
      if (over) {
        throw new InterruptedException("the model ended meanwhile");
      }
      started = context.launcher().start(run, plaintext, sockets, user);
      process = started;
      plaintext.admit(started);
    }
    try {
      context.launcher().awaitHealthy(started, sockets);
    } catch (Refusal unhealthy) {
      started.kill(KILL_LIMIT);
      throw unhealthy;
    }
    return started;
  }

  private void awaitExit(Confined running) {
    Thread.ofVirtual()
        .name("exit-" + run.model().value())
        .start(() -> {
          try {
            signals.add(new Signal.Exited(running, running.waitFor()));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private void renew() {
    renewing = true;
    Leasing.Held old = held;
    Thread.ofVirtual()
        .name("renew-" + run.model().value())
        .start(() -> {
          try {
            signals.add(new Signal.Renewed(context.leasing().renew(run, sealed, old.lease())));
          } catch (IOException | BadInput | Refusal e) {
            signals.add(new Signal.NotRenewed(String.valueOf(e.getMessage())));
          }
        });
  }

  /** Kill, wipe the key, wipe the plaintext, report: in this order (spec/key-release.md §5). */
  private void end(String reason) {
    long begin = System.nanoTime();
    watch.close();
    kill();
    keys.close();
    wipe();
    LOG.log(
        System.Logger.Level.INFO,
        "model={0} ended reason={1} ms={2}",
        run.model(),
        reason,
        (System.nanoTime() - begin) / 1_000_000);
    report("runtime.stopped", reason);
    healthy.completeExceptionally(new Refusal("stopped", "stopped: " + reason));
    ended.complete(reason);
  }

  private void kill() {
    Confined last;
    Thread busy;
    synchronized (this) {
      over = true;
      last = process;
      busy = worker;
    }
    try {
      if (busy != null) {
        busy.interrupt();
      }
      if (last != null && !last.kill(KILL_LIMIT)) {
        LOG.log(System.Logger.Level.ERROR, "runtime {0} does not die", last.pid());
      }
      if (busy != null) {
        busy.join(KILL_LIMIT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void wipe() {
    try {
      plaintext.wipe();
      // INVARIANT: after it, so that no other model is this user while plaintext of it is left.
      context.users().giveBack(user);
      run.files().discard();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "plaintext of " + run.model() + " not wiped", e);
    }
  }

  /** Somebody whom the mount does not know tried to read. */
  private void refused(String who) {
    report("weights.refused", who);
  }

  private void report(String type, String reason) {
    context
        .reporter()
        .report(
            type,
            Json.obj()
                .put("model", run.model().value())
                .put("release", run.release())
                .put("reason", reason)
                .build());
  }
}
