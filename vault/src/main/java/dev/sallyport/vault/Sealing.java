package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.custody.DataKeys;
import dev.sallyport.envelope.FloeFile;
import dev.sallyport.envelope.FloeParams;
import dev.sallyport.envelope.Manifest;
import dev.sallyport.envelope.ModelFile;
import dev.sallyport.envelope.Warmup;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.SigningKey;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;

/**
 * One run over a source, file by file ({@link FileSealing}). Memory is bounded by the window: 2 MiB
 * per chunk under way. A file that may be one of the earlier version is hashed first, and its
 * ciphertext used again if it is.
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
  private long done;

  /**
   * How to seal.
   *
   * @param params segments of 1 MiB or of 64 KiB
   * @param base an earlier version whose ciphertexts are used again where files are the same
   * @param durableEach after so many bytes of a file what is written is made durable
   */
  record Options(FloeParams params, Optional<SealedModel> base, long durableEach) {
    /** What a loss of power costs at most: a few seconds of work. */
    private static final long DURABLE_EACH = 1L << 30;

    Options(FloeParams params, Optional<SealedModel> base) {
      this(params, base, DURABLE_EACH);
    }
  }

  /** What a run made. */
  record Result(Json.Obj bundle, Optional<Reuse> reuse) {}

  /** Told of progress within a file, and of what a person may want to know. */
  final class Teller {
    /** So many more bytes are through; fewer than none if they must be sealed anew. */
    void passed(long bytes) {
      done += bytes;
      progress.done(done, total);
    }

    void note(String text) {
      progress.note(text);
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
        Finished finished = Finished.open(directory, dataKey);
        Workshop shop =
            new Workshop(options.params(), crew, finished, options.durableEach(), new Teller())) {
      for (int i = 0; i < source.files().size(); i++) {
        Source.Entry entry = source.files().get(i);
        files.add(new ModelFile(entry.name(), take(i + 1, entry, shop)));
      }
      finished.flush();
    }
    Disk.sync(directory);
    return new Result(
        Manifest.sign(model.value(), files, signer),
        reused.isEmpty() ? Optional.empty() : options.base().map(base -> new Reuse(base, reused)));
  }

  private Digest take(int index, Source.Entry entry, Workshop shop) throws IOException, BadInput {
    Optional<Digest> before = shop.finished().digest(index, entry);
    FileSealing.Job job = new FileSealing.Job(directory, model, version, index, entry);
    try (Secret key = DataKeys.fileKey(dataKey, index, entry.name())) {
      if (before.isPresent() && opens(job, key)) {
        return passed(entry, before.get());
      }
      Optional<Digest> wentOn = FileSealing.goOn(shop, job, key);
      if (wentOn.isPresent()) {
        return wentOn.get();
      }
      Files.deleteIfExists(job.path());
      Optional<Digest> again = again(job);
      return again.isPresent() ? again.get() : FileSealing.whole(shop, job, key);
    }
  }

  /** Whether a finished ciphertext still begins and ends as it should. */
  private boolean opens(FileSealing.Job job, Secret key) throws IOException {
    try (FileChannel in = Disk.read(job.path());
        FloeFile file = FloeFile.open(in, key, job.associatedData(), options.params())) {
      return file.size() == job.entry().size();
    } catch (BadInput altered) {
      return false;
    }
  }

  /** The digest of a file whose ciphertext the version before has. */
  private Optional<Digest> again(FileSealing.Job job) throws IOException, BadInput {
    Source.Entry entry = job.entry();
    Optional<SealedFile> candidate = options.base().flatMap(base -> same(base, entry));
    if (candidate.isEmpty() || !Source.digest(entry).equals(candidate.get().digest())) {
      return Optional.empty();
    }
    Disk.link(options.base().orElseThrow().path(candidate.get()), job.path());
    reused.put(job.index(), candidate.get());
    return Optional.of(passed(entry, candidate.get().digest()));
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
}
