package dev.sallyport.sealer;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Composition root of the sealer's other direction: a short-lived process without a network that
 * makes a plaintext copy of a model for somebody with the right to one. Prints JSON lines as {@link
 * Main} does, and exits with a status of {@link Failure}. Told to end (SIGTERM), it removes what it
 * wrote and reports that before it does.
 */
public final class Unseal {
  /** Shorter than what the command line gives before it kills. */
  private static final Duration CLEAN_UP_LIMIT = Duration.ofSeconds(8);

  private Unseal() {}

  /** Entry point. */
  public static void main(String[] args) {
    CountDownLatch cleanedUp = new CountDownLatch(1);
    Thread worker = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().unstarted(() -> interrupt(worker, cleanedUp)));
    int status = Failure.INTERNAL;
    try {
      status =
          Program.run(
              report ->
                  UnsealRun.of(UnsealArguments.parse(args), report, InstantSource.system()).run(),
              Failure.IO);
    } finally {
      cleanedUp.countDown();
    }
    System.exit(status);
  }

  private static void interrupt(Thread worker, CountDownLatch cleanedUp) {
    worker.interrupt();
    try {
      var _ = cleanedUp.await(CLEAN_UP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
