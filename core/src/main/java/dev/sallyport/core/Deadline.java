package dev.sallyport.core;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Work on a channel that must end in time: blocking operations on Unix sockets know no timeout of
 * their own, so the channel is closed under them. Each run owns one virtual thread, which ends with
 * it.
 */
public final class Deadline {
  private enum State {
    RUNNING,
    MET,
    PASSED
  }

  /** Work on the channel. */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it. */
    T run() throws IOException, BadInput;
  }

  private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);
  private final Duration limit;
  private final Channel channel;

  private Deadline(Duration limit, Channel channel) {
    this.limit = limit;
    this.channel = channel;
  }

  /**
   * Runs {@code work}, closing {@code channel} if it takes longer than {@code limit}.
   *
   * @throws SocketTimeoutException if it was closed for that
   */
  public static <T> T within(Duration limit, Channel channel, Work<T> work)
      throws IOException, BadInput {
    Deadline deadline = new Deadline(limit, channel);
    Thread timer = Thread.ofVirtual().name("deadline").start(deadline::guard);
    try {
      return work.run();
    } catch (ClosedChannelException e) {
      if (deadline.state.get() == State.PASSED) {
        String message = "not done within " + limit.toMillis() + " ms";
        throw (IOException) new SocketTimeoutException(message).initCause(e);
      }
      throw e;
    } finally {
      deadline.state.compareAndSet(State.RUNNING, State.MET);
      timer.interrupt();
    }
  }

  private void guard() {
    try {
      Thread.sleep(limit);
      if (state.compareAndSet(State.RUNNING, State.PASSED)) {
        channel.close();
      }
    } catch (InterruptedException met) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // The descriptor is released even if close complains; the work sees the closed channel.
      System.getLogger("core").log(System.Logger.Level.DEBUG, "close after deadline failed", e);
    }
  }
}
