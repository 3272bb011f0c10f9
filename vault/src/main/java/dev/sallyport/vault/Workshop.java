package dev.sallyport.vault;

import dev.sallyport.envelope.FloeParams;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.ExecutorService;

/**
 * What the files of one run share: the crew, the journal, and the buffers, whose number the window
 * bounds. Used by one thread; closing wipes the buffers.
 *
 * @param durableEach after so many bytes a ciphertext is made durable and the journal says so
 */
record Workshop(
    FloeParams params,
    ExecutorService crew,
    Finished finished,
    Deque<Chunk> free,
    long durableEach,
    Sealing.Teller teller)
    implements AutoCloseable {

  /** Room for one chunk, plain and sealed. */
  static final class Chunk {
    final byte[] plain;
    final byte[] sealed;
    int plainLength;
    int sealedLength;

    private Chunk(FloeParams params) {
      plain = new byte[params.plainLength()];
      sealed = new byte[params.segmentLength()];
    }
  }

  Workshop(
      FloeParams params,
      ExecutorService crew,
      Finished finished,
      long durableEach,
      Sealing.Teller teller) {
    this(params, crew, finished, new ArrayDeque<>(), durableEach, teller);
  }

  Chunk chunk() {
    Chunk pooled = free.poll();
    return pooled == null ? new Chunk(params) : pooled;
  }

  void back(Chunk chunk) {
    free.push(chunk);
  }

  @Override
  public void close() {
    free.forEach(chunk -> Arrays.fill(chunk.plain, (byte) 0));
  }
}
