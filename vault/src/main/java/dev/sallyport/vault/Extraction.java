package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.envelope.Warmup;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;

/**
 * One run of {@link SealedModel#extractTo}: the calling thread and a crew work on one file after
 * the other. Nobody uses what was written before its digest is compared. Memory is bounded by the
 * window: 2 MiB per chunk under way.
 */
final class Extraction {
  private final SealedModel model;
  private final Path target;
  private final ModelKeys keys;
  private final Progress progress;
  private final long total;
  private final List<Path> written = new ArrayList<>();
  private long done;

  Extraction(SealedModel model, Path target, ModelKeys keys, Progress progress) {
    this.model = model;
    this.target = target;
    this.keys = keys;
    this.progress = progress;
    this.total = model.bytes();
  }

  void run() throws IOException, BadInput {
    Warmup.before(total);
    try (Buffers buffers = new Buffers(model.params().plainLength());
        ExecutorService crew = Crew.open()) {
      for (SealedFile file : model.files()) {
        extract(file, crew, buffers);
      }
    } catch (IOException | BadInput | RuntimeException e) {
      removeWritten(e);
      throw e;
    }
  }

  private void extract(SealedFile file, ExecutorService crew, Buffers buffers)
      throws IOException, BadInput {
    Path path = target.resolve(file.name());
    Path parent = path.getParent();
    if (parent != null) {
      Disk.createDirectories(parent);
    }
    Digest digest;
    try (ModelReader reader = model.reader(file, keys);
        FileChannel out = Disk.create(path)) {
      written.add(path);
      var work = new FileExtraction(reader, out, buffers, Crew.WINDOW, this::through);
      int helpers = (int) Math.min(Crew.SIZE, reader.segments()) - 1;
      for (int i = 0; i < helpers; i++) {
        crew.execute(work::work);
      }
      work.work();
      digest = work.finish();
    }
    // The key proves who sealed; the digest proves that it is what the signer saw.
    if (!digest.equals(file.digest())) {
      throw new BadInput(file.place() + ": digest is not that of the signed manifest");
    }
  }

  /** Called by one thread at a time, each after the other. */
  private void through(int bytes) {
    done += bytes;
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
