package dev.sallyport.fuse;

import dev.sallyport.core.BadInput;
import dev.sallyport.vault.ModelReader;
import dev.sallyport.vault.SealedFile;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Decrypts the segments behind those that are read in order, on threads of its own. What fails here
 * is not reported: it fails again for the reader that comes to it.
 */
final class ReadAhead implements AutoCloseable {
  private static final int WAITING = 16;

  /** Readers in order that are told apart, of all files together. */
  private static final int STREAMS = 64;

  private final SegmentCache cache;
  private final int depth;
  private final Set<SegmentCache.Key> ends = new LinkedHashSet<>();
  private final ThreadPoolExecutor threads;

  ReadAhead(SegmentCache cache, int threads, int depth) {
    this.cache = cache;
    this.depth = depth;
    this.threads =
        new ThreadPoolExecutor(
            threads,
            threads,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(WAITING),
            Thread.ofPlatform().name("ahead-", 0).daemon(true).factory());
  }

  /** A read ended in this segment. */
  void reading(SealedFile file, ModelReader reader, long segment) {
    if (goesOn(file.index(), segment)) {
      for (long next = segment + 1; next <= segment + depth && next < reader.segments(); next++) {
        SegmentCache.Key key = new SegmentCache.Key(file.index(), next);
        try {
          threads.execute(() -> decrypt(key, reader));
        } catch (RejectedExecutionException busy) {
          return;
        }
      }
    }
  }

  /** Whether some reader's last read ended one segment before, whoever else reads elsewhere. */
  private boolean goesOn(int file, long segment) {
    synchronized (ends) {
      boolean before = ends.remove(new SegmentCache.Key(file, segment - 1));
      if (ends.add(new SegmentCache.Key(file, segment)) && ends.size() > STREAMS) {
        ends.remove(ends.iterator().next());
      }
      return before;
    }
  }

  private void decrypt(SegmentCache.Key key, ModelReader reader) {
    try {
      cache.ahead(key, reader::segment);
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    } catch (IOException | BadInput | RuntimeException e) {
      System.getLogger("fuse").log(System.Logger.Level.DEBUG, "ahead of a reader", e);
    }
  }

  /** Waits for what is under way. */
  @Override
  public void close() {
    threads.shutdownNow();
    try {
      boolean ended = threads.awaitTermination(5, TimeUnit.SECONDS);
      if (!ended) {
        throw new IllegalStateException("internal error: decrypting a segment takes 5 s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
