package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.envelope.FloeParams;
import dev.sallyport.envelope.FloeSealer;
import dev.sallyport.envelope.Manifest;
import dev.sallyport.envelope.ModelFile;
import dev.sallyport.envelope.Warmup;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.SigningKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;

/**
 * One run over a source: the calling thread reads each file once, hashes it and writes ciphertext;
 * the crew encrypts. Memory is bounded by the window: 2 MiB per chunk under way.
 */
final class Sealing {
  /** So that the log entry, of at most 65,535 bytes, holds it (spec/sealed-weights.md §7). */
  private static final int MAX_BUNDLE = 60_000;

  private final ModelName model;
  private final long version;
  private final Source source;
  private final Path directory;
  private final Secret dataKey;
  private final Progress progress;
  private final long total;
  private final Deque<Chunk> free = new ArrayDeque<>();
  private long done;

  /** Room for one chunk, plain and sealed. */
  private static final class Chunk {
    private final byte[] plain = new byte[FloeParams.SEALED.plainLength()];
    private final byte[] sealed = new byte[FloeParams.SEALED.segmentLength()];
    private int plainLength;
    private int sealedLength;
  }

  Sealing(
      ModelName model,
      long version,
      Source source,
      Path directory,
      Secret dataKey,
      Progress progress) {
    this.model = model;
    this.version = version;
    this.source = source;
    this.directory = directory;
    this.dataKey = dataKey;
    this.progress = progress;
    this.total = source.bytes();
  }

  /** Writes all ciphertexts, durably, and returns the signed bundle. */
  Json.Obj run(SigningKey signer) throws IOException, BadInput {
    requireFits(signer);
    Warmup.before(total);
    List<ModelFile> files = new ArrayList<>();
    try (ExecutorService crew = Crew.open()) {
      for (int i = 0; i < source.files().size(); i++) {
        Source.Entry entry = source.files().get(i);
        files.add(new ModelFile(entry.name(), seal(i + 1, entry, crew)));
      }
    } finally {
      free.forEach(chunk -> Arrays.fill(chunk.plain, (byte) 0));
    }
    Disk.sync(directory);
    return Manifest.sign(model.value(), files, signer);
  }

  // INVARIANT: no entry, no key: a bundle that its log entry cannot hold is never made.
  private void requireFits(SigningKey signer) throws BadInput {
    List<ModelFile> files =
        source.files().stream().map(e -> new ModelFile(e.name(), Digest.of(""))).toList();
    int length = Manifest.sign(model.value(), files, signer).canonical().length;
    if (length > MAX_BUNDLE) {
      throw new BadInput(
          files.size() + " files need a signature of " + length + " bytes; limit " + MAX_BUNDLE);
    }
  }

  private Digest seal(int index, Source.Entry entry, ExecutorService crew)
      throws IOException, BadInput {
    byte[] associatedData =
        SealedFile.associatedData(model, version, index, entry.name(), entry.size());
    MessageDigest digest = Digest.sha256();
    try (FileChannel in = Disk.read(entry.path());
        FileChannel out = Disk.create(directory.resolve(SealedFile.sealedName(index)));
        Secret key = SealedFile.key(dataKey, index, entry.name());
        FloeSealer floe = FloeSealer.start(key, associatedData, FloeParams.SEALED);
        InOrder<Chunk> chunks = new InOrder<>(crew, Crew.WINDOW)) {
      byte[] header = floe.header();
      Disk.write(out, header, header.length);
      long segments = FloeParams.SEALED.segments(entry.size());
      for (long i = 0; i < segments; i++) {
        if (chunks.full()) {
          write(chunks.take(), out);
        }
        submit(chunks, read(in, entry, digest), floe.next(i == segments - 1));
      }
      while (!chunks.empty()) {
        write(chunks.take(), out);
      }
      requireEnd(in, entry);
      out.force(true);
    }
    return Digest.finish(digest);
  }

  private static void submit(InOrder<Chunk> chunks, Chunk chunk, FloeSealer.Segment segment) {
    chunks.submit(() -> {
      chunk.sealedLength = segment.seal(chunk.plain, chunk.plainLength, chunk.sealed);
      return chunk;
    });
  }

  private Chunk read(FileChannel in, Source.Entry entry, MessageDigest digest)
      throws IOException, BadInput {
    Chunk pooled = free.poll();
    Chunk chunk = pooled == null ? new Chunk() : pooled;
    int wanted = (int) Math.min(chunk.plain.length, entry.size() - in.position());
    ByteBuffer buffer = ByteBuffer.wrap(chunk.plain, 0, wanted);
    while (buffer.hasRemaining()) {
      if (in.read(buffer) < 0) {
        throw changed(entry);
      }
    }
    chunk.plainLength = wanted;
    digest.update(chunk.plain, 0, wanted);
    return chunk;
  }

  private void write(Chunk chunk, FileChannel out) throws IOException {
    Disk.write(out, chunk.sealed, chunk.sealedLength);
    done += chunk.plainLength;
    free.push(chunk);
    progress.done(done, total);
  }

  private static void requireEnd(FileChannel in, Source.Entry entry) throws IOException, BadInput {
    if (in.size() != entry.size()) {
      throw changed(entry);
    }
  }

  private static BadInput changed(Source.Entry entry) {
    return new BadInput("\"" + Json.clip(entry.name()) + "\" changed while it was being sealed");
  }
}
