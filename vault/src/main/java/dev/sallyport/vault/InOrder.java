package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * Work on segments by several threads whose results come back in the order of submission; at most a
 * window of them is under way, which bounds memory. Used by one thread, which closes it.
 */
final class InOrder<T> implements AutoCloseable {
  private final ExecutorService crew;
  private final int window;
  private final Deque<Future<T>> underWay = new ArrayDeque<>();

  InOrder(ExecutorService crew, int window) {
    this.crew = crew;
    this.window = window;
  }

  boolean full() {
    return underWay.size() >= window;
  }

  boolean empty() {
    return underWay.isEmpty();
  }

  void submit(Callable<T> work) {
    underWay.add(crew.submit(work));
  }

  /** Waits for the oldest result. */
  T take() throws IOException, BadInput {
    try {
      return underWay.remove().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw rethrown(e.getCause() == null ? e : e.getCause());
    }
  }

  private static IOException rethrown(Throwable cause) throws IOException, BadInput {
    switch (cause) {
      case IOException io -> throw io;
      case BadInput bad -> throw bad;
      case RuntimeException bug -> throw bug;
      case Error error -> throw error;
      default -> throw new IllegalStateException("internal error: work failed", cause);
    }
  }

  /** Waits until nothing is under way, so that keys and buffers may go; results are dropped. */
  @Override
  public void close() {
    boolean interrupted = false;
    for (Future<T> work : underWay) {
      while (!settled(work)) {
        interrupted = true;
      }
    }
    underWay.clear();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // After an error of the segment before, those behind it neither matter nor hide it.
  private static boolean settled(Future<?> work) {
    while (work.state() == Future.State.RUNNING) {
      try {
        var _ = work.get();
      } catch (InterruptedException e) {
        return false;
      } catch (ExecutionException e) {
        return true;
      }
    }
    return true;
  }
}
