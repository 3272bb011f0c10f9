package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.envelope.Warmup;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;

/**
 * One run of {@link SealedModel#extractTo}: the crew decrypts and writes chunks, the calling thread
 * hashes them in order. Nobody uses what was written before its digest is compared. Memory is
 * bounded by the window: 2 MiB per chunk under way.
 */
final class Extraction {
  private final SealedModel model;
  private final Path target;
  private final ModelKeys keys;
  private final Progress progress;
  private final long total;
  private final Deque<byte[]> free = new ArrayDeque<>();
  private final List<Path> written = new ArrayList<>();
  private long done;

  /** A decrypted chunk in a buffer. */
  private static final class Chunk {
    private final byte[] bytes;
    private final int length;

    Chunk(byte[] bytes, int length) {
      this.bytes = bytes;
      this.length = length;
    }
  }

  Extraction(SealedModel model, Path target, ModelKeys keys, Progress progress) {
    this.model = model;
    this.target = target;
    this.keys = keys;
    this.progress = progress;
    this.total = model.bytes();
  }

  void run() throws IOException, BadInput {
    Warmup.before(total);
    try (ExecutorService crew = Crew.open()) {
      for (SealedFile file : model.files()) {
        extract(file, crew);
      }
    } catch (IOException | BadInput | RuntimeException e) {
      removeWritten(e);
      throw e;
    } finally {
      free.forEach(buffer -> Arrays.fill(buffer, (byte) 0));
    }
  }

  private void extract(SealedFile file, ExecutorService crew) throws IOException, BadInput {
    Path path = target.resolve(file.name());
    Path parent = path.getParent();
    if (parent != null) {
      Disk.createDirectories(parent);
    }
    MessageDigest digest = Digest.sha256();
    try (ModelReader reader = model.reader(file, keys);
        FileChannel out = Disk.create(path);
        InOrder<Chunk> chunks = new InOrder<>(crew, Crew.WINDOW)) {
      written.add(path);
      long next = 0;
      while (next < reader.segments() || !chunks.empty()) {
        while (next < reader.segments() && !chunks.full()) {
          submit(chunks, reader, out, next++);
        }
        consume(chunks.take(), digest);
      }
    }
    // The key proves who sealed; the digest proves that it is what the signer saw.
    if (!Digest.finish(digest).equals(file.digest())) {
      throw new BadInput(file.place() + ": digest is not that of the signed manifest");
    }
  }

  private void submit(InOrder<Chunk> chunks, ModelReader reader, FileChannel out, long index) {
    byte[] pooled = free.poll();
    byte[] buffer = pooled == null ? new byte[reader.plainLength()] : pooled;
    long position = index * reader.plainLength();
    chunks.submit(() -> {
      int length = reader.segment(index, buffer);
      Disk.write(out, buffer, length, position);
      return new Chunk(buffer, length);
    });
  }

  private void consume(Chunk chunk, MessageDigest digest) {
    digest.update(chunk.bytes, 0, chunk.length);
    free.push(chunk.bytes);
    done += chunk.length;
    progress.done(done, total);
  }

  private void removeWritten(Exception cause) {
    for (Path path : written) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        cause.addSuppressed(e);
      }
    }
  }
}
