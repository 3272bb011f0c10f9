package dev.sallyport.runtimellama;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One running answer: a worker of {@link Llama} puts events in, a connection takes them out. The
 * queue is short, so a slow client slows its own generation and nothing else grows.
 */
final class Generation {
  private static final int AHEAD = 64;
  private static final long LOOK_MILLIS = 100;

  /** What happens during a generation, in order: any number of tokens, then one of the others. */
  sealed interface Event {
    /** One token's text; empty if the token shows nothing. */
    record Token(String text) implements Event {}

    /** The end; {@code reason} is stop or length. */
    record Done(String reason, Usage usage) implements Event {}

    /** The engine failed; the text is for the operator's log. */
    record Failed(String detail) implements Event {}
  }

  /** Token counts. The prompt counts without a beginning-of-text token. */
  record Usage(int promptTokens, int completionTokens) {}

  private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(AHEAD);
  private volatile boolean cancelled;

  /** Ends the generation at its next token. Safe from any thread, any number of times. */
  void cancel() {
    cancelled = true;
  }

  boolean cancelled() {
    return cancelled;
  }

  /** Adds an event; waits while the queue is full and nobody cancelled. */
  void put(Event event) throws InterruptedException {
    boolean stored = false;
    while (!stored && !cancelled) {
      stored = events.offer(event, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** The next event. Fails after a cancellation, when none may ever come. */
  Event take() throws InterruptedException, Cancelled {
    Event next = null;
    while (next == null) {
      next = events.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      if (next == null && cancelled) {
        throw new Cancelled();
      }
    }
    return next;
  }

  /** The client left or the server stops. */
  static final class Cancelled extends Exception {
    private static final long serialVersionUID = 1L;
  }
}
