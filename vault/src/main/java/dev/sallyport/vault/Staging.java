package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.envelope.FloeParams;
import dev.sallyport.envelope.Manifest;
import dev.sallyport.envelope.UnverifiedManifest;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.TrustRoot;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A sealing under way: the model's lock and a staging directory. The steps, in order: {@link
 * #seal}, {@link Draft#finish} with the wrapped key, then the log entry, then {@link #publish}.
 *
 * <p>A staging directory is left by a sealer that died. Its number stays spent, since keyd may have
 * wrapped a key for it; if it is complete, it was perhaps logged, and {@link #complete} offers it
 * for publishing (spec/sealed-weights.md §8).
 */
public final class Staging implements AutoCloseable {
  static final String DRAFT = ".draft";
  static final int MAX_DRAFT = 4096;

  private final Vault vault;
  private final ModelName model;
  private final OptionalLong wanted;
  private final FileChannel lockFile;

  private Staging(Vault vault, ModelName model, OptionalLong wanted, FileChannel lockFile) {
    this.vault = vault;
    this.model = model;
    this.wanted = wanted;
    this.lockFile = lockFile;
  }

  static Staging open(Vault vault, ModelName model, OptionalLong wanted)
      throws IOException, BadInput {
    Path home = vault.directory().resolve(model.value());
    FileChannel lockFile =
        FileChannel.open(
            home.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!lock(lockFile)) {
      lockFile.close();
      throw new BadInput("another sealer is working on " + model);
    }
    return new Staging(vault, model, wanted, lockFile);
  }

  private static boolean lock(FileChannel file) throws IOException {
    try {
      FileLock lock = file.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException held) {
      return false;
    }
  }

  /** A complete sealed model that an earlier run left unpublished: the newest, if any. */
  public Optional<SealedModel> complete(TrustRoot root) throws IOException, BadInput {
    List<Long> begun = vault.begun(model);
    if (begun.isEmpty()) {
      return Optional.empty();
    }
    Path newest = path(begun.getLast());
    boolean finished = Files.exists(newest.resolve(Header.FILE));
    return finished ? Optional.of(SealedModel.openStaged(newest, root)) : Optional.empty();
  }

  /**
   * The newest published version, if it can be opened: what a new version may use again.
   *
   * @throws BadInput if there is one that cannot be opened
   */
  public Optional<SealedModel> base(TrustRoot root) throws IOException, BadInput {
    List<Long> published = vault.versions(model);
    return published.isEmpty()
        ? Optional.empty()
        : Optional.of(vault.open(model, published.getLast(), root));
  }

  /** How models are sealed unless somebody wants it otherwise. */
  public Draft seal(Source source, Secret dataKey, SigningKey signer, Progress progress)
      throws IOException, BadInput {
    return seal(source, dataKey, signer, FloeParams.SEALED, Optional.empty(), progress);
  }

  /** Encrypts, hashes and signs the source into a fresh staging directory. */
  public Draft seal(
      Source source,
      Secret dataKey,
      SigningKey signer,
      FloeParams params,
      Optional<SealedModel> base,
      Progress progress)
      throws IOException, BadInput {
    return seal(begin(source), source, dataKey, signer, params, base, progress);
  }

  /** A number and a directory for a sealing, which may be one that was interrupted. */
  public final class Begun {
    private final long version;

    private Begun(long version) {
      this.version = version;
    }

    public long version() {
      return version;
    }

    /** Keeps the wrapped data key, so that the sealing can go on after an interruption. */
    public void keep(byte[] draft) throws IOException {
      try (FileChannel out = Disk.create(path(version).resolve(DRAFT))) {
        Disk.write(out, draft, draft.length);
        out.force(true);
      }
      Disk.sync(path(version));
    }

    /** The wrapped data key that was kept. */
    public byte[] draft() throws IOException, BadInput {
      return Bounded.read(path(version).resolve(DRAFT), MAX_DRAFT);
    }
  }

  /** The newest sealing that an earlier run began and did not complete, if it can go on. */
  public Optional<Begun> interrupted() throws IOException {
    List<Long> begun = vault.begun(model);
    if (begun.isEmpty()) {
      return Optional.empty();
    }
    long newest = begun.getLast();
    boolean goesOn =
        Files.exists(path(newest).resolve(DRAFT))
            && !Files.exists(path(newest).resolve(Header.FILE))
            && wanted.orElse(newest) == newest;
    return goesOn ? Optional.of(new Begun(newest)) : Optional.empty();
  }

  /** Takes the next number and makes its directory; what was begun before goes. */
  public Begun begin(Source source) throws IOException, BadInput {
    long version = version();
    // Ciphertext is a little longer; what runs out later all the same ends cleanly too.
    Disk.requireSpace(vault.directory(), source.bytes() - sizeOfBegun());
    Files.createDirectory(path(version));
    Disk.sync(vault.directory().resolve(model.value()));
    // INVARIANT: the new number is durable before the old ones go, so a number is never reused.
    for (long old : vault.begun(model)) {
      if (old != version) {
        Disk.removeFlat(path(old));
      }
    }
    return new Begun(version);
  }

  /** What goes when a new sealing begins. */
  private long sizeOfBegun() throws IOException {
    long bytes = 0;
    for (long old : vault.begun(model)) {
      bytes += Disk.sizeOfFlat(path(old));
    }
    return bytes;
  }

  /**
   * Encrypts, hashes and signs the source; what an interrupted run did is taken over.
   *
   * @param params segments of 1 MiB or of 64 KiB
   * @param base an earlier version, whose ciphertexts are used again for files that are the same
   */
  public Draft seal(
      Begun begun,
      Source source,
      Secret dataKey,
      SigningKey signer,
      FloeParams params,
      Optional<SealedModel> base,
      Progress progress)
      throws IOException, BadInput {
    return seal(begun, source, dataKey, signer, new Sealing.Options(params, base), progress);
  }

  Draft seal(
      Begun begun,
      Source source,
      Secret dataKey,
      SigningKey signer,
      Sealing.Options options,
      Progress progress)
      throws IOException, BadInput {
    long version = begun.version();
    Path directory = path(version);
    try {
      Sealing sealing = new Sealing(model, version, source, directory, dataKey, options, progress);
      return new Draft(version, directory, source, options.params(), sealing.run(signer));
    } catch (IOException | BadInput | RuntimeException e) {
      if (Files.exists(directory.resolve(DRAFT))) {
        progress.note("what is sealed so far is kept; seal again to go on");
      } else {
        discard(directory, e);
      }
      throw e;
    }
  }

  // Without its key nobody can go on, and no key was wrapped: neither number nor space need be
  // kept.
  private static void discard(Path directory, Exception cause) {
    try {
      Disk.removeFlat(directory);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private long version() throws IOException, BadInput {
    long highest = 0;
    for (long spent : vault.versions(model)) {
      highest = Math.max(highest, spent);
    }
    for (long spent : vault.begun(model)) {
      highest = Math.max(highest, spent);
    }
    long version = wanted.orElse(highest + 1);
    if (version <= highest) {
      throw new BadInput("version " + version + " of " + model + "; it must be above " + highest);
    }
    return Header.version(version);
  }

  /** An encrypted and signed model that still lacks its wrapped key. */
  public final class Draft {
    private final long version;
    private final Path directory;
    private final Source source;
    private final FloeParams params;
    private final Sealing.Result result;

    private Draft(
        long version, Path directory, Source source, FloeParams params, Sealing.Result result) {
      this.version = version;
      this.directory = directory;
      this.source = source;
      this.params = params;
      this.result = result;
    }

    /** Which ciphertexts of an earlier version are used again, if any. */
    public Optional<Reuse> reuse() {
      return result.reuse();
    }

    /** The bytes of the manifest as signed. */
    public byte[] payload() throws BadInput {
      return result.bundle().object("dsseEnvelope").base64("payload");
    }

    public long version() {
      return version;
    }

    /** The manifest as it will be verified; fails if the signer may not sign here. */
    public Manifest manifest(TrustRoot root) throws BadInput {
      return UnverifiedManifest.parse(result.bundle()).verify(root);
    }

    /** As {@link #finish(WrappedKeys, TrustRoot)}, if nothing is used again. */
    public SealedModel finish(byte[] wrapped, TrustRoot root) throws IOException, BadInput {
      return finish(WrappedKeys.of(wrapped), root);
    }

    /**
     * Writes the header, durably, and reads everything back as a reader would.
     *
     * @param keys as keyd answered them
     */
    public SealedModel finish(WrappedKeys keys, TrustRoot root) throws IOException, BadInput {
      Header header =
          new Header(
              model, version, params, files(keys), keys.data(), keys.carry(), result.bundle());
      Files.deleteIfExists(directory.resolve(Finished.FILE));
      Files.deleteIfExists(directory.resolve(DRAFT));
      writeHeader(directory, header.canonical());
      return SealedModel.openStaged(directory, root);
    }

    private List<Header.File> files(WrappedKeys keys) throws BadInput {
      int wanted = reuse().map(r -> r.files().size()).orElse(0);
      if (keys.carried().size() != wanted || keys.carry().isPresent() != wanted > 0) {
        throw new BadInput("keyd wrapped " + keys.carried().size() + " file keys; not " + wanted);
      }
      Iterator<String> carried = keys.carried().iterator();
      List<Header.File> files = new ArrayList<>();
      for (Source.Entry entry : source.files()) {
        int index = files.size() + 1;
        Optional<SealedFile.Carried> origin =
            reuse()
                .filter(r -> r.files().containsKey(index))
                .map(r -> r.origin(index, carried.next()));
        files.add(new Header.File(entry.name(), entry.size(), origin));
      }
      return files;
    }
  }

  private static void writeHeader(Path directory, byte[] bytes) throws IOException {
    Path partial = directory.resolve(".model.json");
    try (FileChannel out = Disk.create(partial)) {
      Disk.write(out, bytes, bytes.length);
      out.force(true);
    }
    Files.move(partial, directory.resolve(Header.FILE), StandardCopyOption.ATOMIC_MOVE);
    Disk.sync(directory);
  }

  /** Gives a complete sealed model its name. From then on readers see it. */
  public SealedModel publish(SealedModel staged, TrustRoot root) throws IOException, BadInput {
    Path target = vault.path(model, staged.version());
    Files.move(path(staged.version()), target, StandardCopyOption.ATOMIC_MOVE);
    Disk.sync(vault.directory().resolve(model.value()));
    return SealedModel.open(target, root);
  }

  private Path path(long version) {
    return vault.directory().resolve(model.value()).resolve(Vault.STAGING + version);
  }

  /** Releases the lock; what is staged stays for the next run. */
  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
