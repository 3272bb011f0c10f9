package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.custody.DataKeys;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;

/**
 * One run over a source: the calling thread reads each file once, hashes it and writes ciphertext;
 * the crew encrypts. Memory is bounded by the window: 2 MiB per chunk under way. A file that may be
 * one of the earlier version is hashed first, and its ciphertext used again if it is.
 */
final class Sealing {
  private final ModelName model;
  private final long version;
  private final Source source;
  private final Path directory;
  private final Secret dataKey;
  private final Options options;
  private final Progress progress;
  private final long total;
  private final SortedMap<Integer, SealedFile> reused = new TreeMap<>();
  private final Deque<Chunk> free = new ArrayDeque<>();
  private long done;

  /**
   * How to seal.
   *
   * @param params segments of 1 MiB or of 64 KiB
   * @param base an earlier version whose ciphertexts are used again where files are the same
   */
  record Options(FloeParams params, Optional<SealedModel> base) {
    /** Segments of 1 MiB, nothing used again. */
    static final Options DEFAULT = new Options(FloeParams.SEALED, Optional.empty());
  }

  /** What a run made. */
  record Result(Json.Obj bundle, Optional<Reuse> reuse) {}

  /** Room for one chunk, plain and sealed. */
  private static final class Chunk {
    private final byte[] plain;
    private final byte[] sealed;
    private int plainLength;
    private int sealedLength;

    private Chunk(FloeParams params) {
      plain = new byte[params.plainLength()];
      sealed = new byte[params.segmentLength()];
    }
  }

  Sealing(
      ModelName model,
      long version,
      Source source,
      Path directory,
      Secret dataKey,
      Options options,
      Progress progress) {
    this.model = model;
    this.version = version;
    this.source = source;
    this.directory = directory;
    this.dataKey = dataKey;
    this.options = options;
    this.progress = progress;
    this.total = source.bytes();
  }

  /** Writes all ciphertexts, durably, and signs the manifest. */
  Result run(SigningKey signer) throws IOException, BadInput {
    Warmup.before(total);
    List<ModelFile> files = new ArrayList<>();
    try (ExecutorService crew = Crew.open();
        Finished finished = Finished.open(directory, dataKey)) {
      for (int i = 0; i < source.files().size(); i++) {
        Source.Entry entry = source.files().get(i);
        files.add(new ModelFile(entry.name(), take(i + 1, entry, crew, finished)));
      }
      finished.flush();
    } finally {
      free.forEach(chunk -> Arrays.fill(chunk.plain, (byte) 0));
    }
    Disk.sync(directory);
    return new Result(
        Manifest.sign(model.value(), files, signer),
        reused.isEmpty() ? Optional.empty() : options.base().map(base -> new Reuse(base, reused)));
  }

  private Digest take(int index, Source.Entry entry, ExecutorService crew, Finished finished)
      throws IOException, BadInput {
    Optional<Digest> before = finished.digest(index, entry);
    if (before.isPresent()) {
      return passed(entry, before.get());
    }
    Path path = directory.resolve(SealedFile.sealedName(index));
    Files.deleteIfExists(path);
    Optional<SealedFile> candidate = options.base().flatMap(base -> same(base, entry));
    if (candidate.isPresent() && Source.digest(entry.path()).equals(candidate.get().digest())) {
      Disk.link(options.base().orElseThrow().path(candidate.get()), path);
      reused.put(index, candidate.get());
      return passed(entry, candidate.get().digest());
    }
    String stamp = Finished.stamp(entry);
    Digest digest = seal(index, entry, crew);
    finished.add(index, entry, stamp, digest);
    return digest;
  }

  private Digest passed(Source.Entry entry, Digest digest) {
    done += entry.size();
    progress.done(done, total);
    return digest;
  }

  private Optional<SealedFile> same(SealedModel base, Source.Entry entry) {
    return base.files().stream()
        .filter(f -> f.params().equals(options.params()))
        .filter(f -> f.name().equals(entry.name()) && f.size() == entry.size())
        .findFirst();
  }

  private Digest seal(int index, Source.Entry entry, ExecutorService crew)
      throws IOException, BadInput {
    byte[] associatedData =
        SealedFile.associatedData(model, version, index, entry.name(), entry.size());
    Path path = directory.resolve(SealedFile.sealedName(index));
    MessageDigest digest = Digest.sha256();
    try (FileChannel in = Disk.read(entry.path());
        FileChannel out = Disk.create(path);
        Secret key = DataKeys.fileKey(dataKey, index, entry.name());
        FloeSealer floe = FloeSealer.start(key, associatedData, options.params());
        InOrder<Chunk> chunks = new InOrder<>(crew, Crew.WINDOW)) {
      byte[] header = floe.header();
      Disk.write(out, header, header.length);
      long segments = options.params().segments(entry.size());
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
    Chunk chunk = pooled == null ? new Chunk(options.params()) : pooled;
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
