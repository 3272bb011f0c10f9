package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One file of an {@link Extraction}, worked on by as many threads as call {@link #work}. Each does
 * what is next: hash the chunk whose turn it is, unless somebody hashes, else decrypt and write one
 * more. So nobody waits while there is something to do, and the digest, which must go in order and
 * takes the longest, never waits for a processor.
 */
final class FileExtraction {
  private final ModelReader reader;
  private final FileChannel out;
  private final Buffers buffers;
  private final int window;
  private final IntConsumer progress;
  private final MessageDigest digest = Digest.sha256();
  private final Map<Long, Chunk> decrypted = new HashMap<>();
  private long nextToDecrypt;
  private long nextToHash;
  private boolean hashing;
  private int working;
  private long failedAt = Long.MAX_VALUE;
  private @Nullable Throwable failure;

  /** A decrypted chunk in a buffer. */
  private static final class Chunk {
    private final byte[] bytes;
    private final int length;

    Chunk(byte[] bytes, int length) {
      this.bytes = bytes;
      this.length = length;
    }
  }

  /** What a thread does next, at a chunk. */
  private record Step(long index, @Nullable Chunk toHash) {}

  /**
   * @param window how many chunks may be decrypted before they are hashed; bounds memory
   * @param progress told the length of each chunk that is through, by one thread at a time
   */
  FileExtraction(
      ModelReader reader, FileChannel out, Buffers buffers, int window, IntConsumer progress) {
    this.reader = reader;
    this.out = out;
    this.buffers = buffers;
    this.window = window;
    this.progress = progress;
  }

  /** Works until nothing is left, or something failed: {@link #finish} tells. */
  void work() {
    for (Step step = next(); step != null; step = next()) {
      try {
        run(step);
      } catch (IOException | BadInput | RuntimeException | Error e) {
        fail(step.index(), e);
      } finally {
        settled();
      }
    }
  }

  private void run(Step step) throws IOException, BadInput {
    Chunk chunk = step.toHash();
    if (chunk == null) {
      decrypt(step.index());
    } else {
      hash(chunk);
    }
  }

  /** Null if there will be nothing more. */
  private synchronized @Nullable Step next() {
    boolean interrupted = false;
    Step step = null;
    while (step == null && failure == null && nextToHash < reader.segments()) {
      step = ready();
      if (step == null) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
          failure = new IOException("interrupted", e);
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    working += step == null ? 0 : 1;
    return step;
  }

  private @Nullable Step ready() {
    Chunk turn = hashing ? null : decrypted.remove(nextToHash);
    if (turn != null) {
      hashing = true;
      return new Step(nextToHash, turn);
    }
    boolean room = nextToDecrypt < Math.min(reader.segments(), nextToHash + window);
    return room ? new Step(nextToDecrypt++, null) : null;
  }

  private void decrypt(long index) throws IOException, BadInput {
    byte[] buffer = buffers.lend();
    int length = reader.segment(index, buffer);
    Disk.write(out, buffer, length, index * reader.plainLength());
    synchronized (this) {
      decrypted.put(index, new Chunk(buffer, length));
    }
  }

  /** By one thread at a time: {@link #ready} sees to it. */
  private void hash(Chunk chunk) {
    digest.update(chunk.bytes, 0, chunk.length);
    progress.accept(chunk.length);
    buffers.takeBack(chunk.bytes);
    synchronized (this) {
      hashing = false;
      nextToHash++;
    }
  }

  // Of several failures the one of the first chunk counts: it is the same in every run.
  private synchronized void fail(long at, Throwable cause) {
    if (failure == null || at < failedAt) {
      failure = cause;
      failedAt = at;
    }
  }

  private synchronized void settled() {
    working--;
    notifyAll();
  }

  /**
   * Waits until nobody works any more, so that keys and buffers may go.
   *
   * @return the digest of the whole file
   */
  Digest finish() throws IOException, BadInput {
    awaitEnd();
    return switch (failure) {
      case null -> Digest.finish(digest);
      case IOException io -> throw io;
      case BadInput bad -> throw bad;
      case RuntimeException bug -> throw bug;
      case Error error -> throw error;
      default -> throw new IllegalStateException("internal error: work failed", failure);
    };
  }

  private synchronized void awaitEnd() {
    boolean interrupted = false;
    while (working > 0) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
