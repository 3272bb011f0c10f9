package dev.sallyport.runtimellama;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a client sends, with a deadline on reads and notice of its hanging up. {@link #pump} runs on
 * a thread of its own and keeps at most {@value #CAPACITY} bytes ahead of the one reader, so that a
 * client that leaves is noticed while its answer is still being generated.
 */
final class Inbound extends InputStream {
  private static final int CAPACITY = 1 << 16;

  private final SocketChannel channel;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final byte[] ring = new byte[CAPACITY];
  private long written;
  private long consumed;
  private boolean ended;
  private Runnable onEnd = () -> {};
  private long deadline = System.nanoTime();

  Inbound(SocketChannel channel) {
    this.channel = channel;
  }

  /** Reads the socket until it ends; an error counts as the end. */
  void pump() {
    ByteBuffer chunk = ByteBuffer.allocate(8192);
    try {
      while (channel.read(chunk) >= 0) {
        store(chunk.flip());
        chunk.clear();
      }
    } catch (IOException e) {
      // The client hung up or the server closed the channel: both are the end of the input.
    } finally {
      end();
    }
  }

  private void store(ByteBuffer chunk) {
    lock.lock();
    try {
      while (chunk.hasRemaining() && !ended) {
        if (written - consumed == CAPACITY) {
          changed.awaitUninterruptibly();
        } else {
          ring[(int) (written++ % CAPACITY)] = chunk.get();
        }
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    Runnable notice;
    lock.lock();
    try {
      ended = true;
      notice = onEnd;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    notice.run();
  }

  /** Runs {@code notice} when the client hangs up; at once if it already has. */
  void onEnd(Runnable notice) {
    boolean already;
    lock.lock();
    try {
      onEnd = notice;
      already = ended;
    } finally {
      lock.unlock();
    }
    if (already) {
      notice.run();
    }
  }

  /** All reads from now on must be done within this time. */
  void within(Duration time) {
    lock.lock();
    try {
      deadline = System.nanoTime() + time.toNanos();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    lock.lock();
    try {
      if (length == 0) {
        return 0;
      }
      awaitInput();
      int count = (int) Math.min(length, written - consumed);
      for (int i = 0; i < count; i++) {
        into[offset + i] = ring[(int) (consumed++ % CAPACITY)];
      }
      changed.signalAll();
      return count == 0 ? -1 : count;
    } finally {
      lock.unlock();
    }
  }

  private void awaitInput() throws IOException {
    try {
      while (written == consumed && !ended) {
        long left = deadline - System.nanoTime();
        if (left <= 0 || changed.awaitNanos(left) <= 0) {
          throw new SocketTimeoutException("the client sent nothing in time");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the client", e);
    }
  }

  /** Lets a pump that waits for room go. */
  @Override
  public void close() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
