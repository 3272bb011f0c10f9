package dev.sallyport.server;

import dev.sallyport.audit.AuditFailure;
import dev.sallyport.core.BadInput;
import dev.sallyport.tlog.CosignedCheckpoint;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The server's own thread: every second what time makes due, every few seconds a fresh checkpoint.
 * Owned by {@link Server}; {@link #close} ends it.
 */
final class Clockwork implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("server");
  private static final int COSIGN_EVERY = 5;
  private static final int BROKEN = 70;

  private final Book book;
  private final Engine engine;
  private final Orders orders;
  private final Duration period;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = Thread.ofPlatform().name("clockwork").unstarted(this::run);

  Clockwork(Book book, Engine engine, Orders orders, Duration period) {
    this.book = book;
    this.engine = engine;
    this.orders = orders;
    this.period = period;
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      for (int turn = 0; !stop.await(period.toMillis(), TimeUnit.MILLISECONDS); turn++) {
        once(turn);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Error e) {
      // Fail closed: without this thread nothing would expire. The supervisor starts us again.
      LOG.log(System.Logger.Level.ERROR, "clockwork broke; the server ends", e);
      Runtime.getRuntime().halt(BROKEN);
    }
  }

  /** A turn that fails is said and tried again: the gate still judges at each use. */
  private void once(int turn) {
    try {
      engine.turn();
      orders.forgetOld();
      if (turn % COSIGN_EVERY == 0 && unwitnessed()) {
        var _ = book.cosign();
      }
    } catch (AuditFailure | BadInput e) {
      LOG.log(System.Logger.Level.ERROR, "sweep failed", e);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "internal error in the clockwork", e);
    }
  }

  private boolean unwitnessed() {
    return book.log().checkpoint().map(CosignedCheckpoint::size).orElse(0L) < book.log().size();
  }

  @Override
  public void close() {
    stop.countDown();
    try {
      thread.join(Duration.ofSeconds(15));
    } catch (InterruptedException e) {
      // Asked to hurry: the thread ends with the process.
      Thread.currentThread().interrupt();
    }
  }
}
