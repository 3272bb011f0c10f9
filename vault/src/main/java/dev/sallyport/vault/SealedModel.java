package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.envelope.FloeParams;
import dev.sallyport.envelope.Manifest;
import dev.sallyport.envelope.ModelFile;
import dev.sallyport.envelope.UnverifiedManifest;
import dev.sallyport.keys.TrustRoot;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A sealed model whose header, signature and ciphertext lengths are verified; contents are verified
 * chunk by chunk when read. Immutable, safe for several threads; holds no key and no open file.
 */
public final class SealedModel {
  private final Path directory;
  private final Header header;
  private final Digest headerDigest;
  private final Manifest manifest;
  private final List<SealedFile> files;

  private SealedModel(Path directory, Header header, Digest headerDigest, Manifest manifest) {
    this.directory = directory;
    this.header = header;
    this.headerDigest = headerDigest;
    this.manifest = manifest;
    List<SealedFile> list = new ArrayList<>();
    for (int i = 0; i < header.files().size(); i++) {
      Header.File file = header.files().get(i);
      Digest digest = manifest.files().get(i).digest();
      list.add(
          new SealedFile(i + 1, file.name(), file.size(), digest, header.params(), file.carried()));
    }
    this.files = List.copyOf(list);
  }

  /**
   * Opens {@code …/MODEL/VERSION}.
   *
   * @throws BadInput if the header is malformed, its names are not the directory's, the manifest is
   *     not signed by a system administrator of {@code root}, or a ciphertext is missing, left
   *     over, or of wrong length
   */
  public static SealedModel open(Path directory, TrustRoot root) throws IOException, BadInput {
    SealedModel model = openStaged(directory, root);
    Path absolute = directory.toAbsolutePath().normalize();
    Path name = absolute.getParent();
    if (name == null
        || !model.model().value().equals(String.valueOf(name.getFileName()))
        || !Long.toString(model.version()).equals(String.valueOf(absolute.getFileName()))) {
      throw new BadInput(
          "header is that of " + model.model() + " version " + model.version() + ": moved here");
    }
    return model;
  }

  /** Opens a sealed model whose directory does not have its final name yet. */
  static SealedModel openStaged(Path directory, TrustRoot root) throws IOException, BadInput {
    byte[] bytes = Bounded.read(directory.resolve(Header.FILE), Header.MAX_LENGTH);
    Header header;
    Manifest manifest;
    try {
      header = Header.parse(bytes);
      manifest = UnverifiedManifest.parse(header.bundle()).verify(root);
    } catch (BadInput e) {
      throw new BadInput(Header.FILE + ": " + e.getMessage(), e);
    }
    if (!manifest.model().equals(header.model().value())
        || !manifest.files().stream().map(ModelFile::name).toList().equals(header.names())) {
      throw new BadInput(Header.FILE + ": model or files are not those of the signed manifest");
    }
    SealedModel model = new SealedModel(directory, header, Digest.of(bytes), manifest);
    model.requireExactFiles();
    return model;
  }

  private void requireExactFiles() throws IOException, BadInput {
    Map<String, SealedFile> expected = new HashMap<>();
    files.forEach(f -> expected.put(f.sealedName(), f));
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        SealedFile file = expected.remove(name);
        if (file != null) {
          requireLength(file, entry);
        } else if (!name.equals(Header.FILE)
            && !name.equals(Rewrapped.FILE)
            && !name.equals(Rewrapped.FRESH)) {
          throw new BadInput("\"" + Json.clip(name) + "\" is not part of the sealed model");
        }
      }
    }
    if (!expected.isEmpty()) {
      throw new BadInput(expected.values().iterator().next().place() + ": ciphertext is missing");
    }
  }

  private static void requireLength(SealedFile file, Path entry) throws IOException, BadInput {
    BasicFileAttributes kind =
        Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!kind.isRegularFile()) {
      throw new BadInput(file.place() + ": ciphertext is not a plain file");
    }
    if (kind.size() != file.sealedLength()) {
      throw new BadInput(
          file.place()
              + ": ciphertext of "
              + kind.size()
              + " bytes; "
              + file.sealedLength()
              + " expected");
    }
  }

  public ModelName model() {
    return header.model();
  }

  public long version() {
    return header.version();
  }

  /** The manifest digest, which is the model's identity in evidence and releases. */
  public Digest manifest() {
    return manifest.id();
  }

  /** Who signed what. */
  public Manifest signedManifest() {
    return manifest;
  }

  /** The Sigstore bundle as stored. */
  public Json.Obj bundle() {
    return header.bundle();
  }

  /** The digest of {@code model.json} as stored. */
  public Digest headerDigest() {
    return headerDigest;
  }

  /** The data key under the root key, for keyd: the newest wrapping there is. */
  public byte[] wrapped() throws IOException, BadInput {
    return Rewrapped.read(directory).map(Rewrapped::wrapped).orElse(header.wrapped());
  }

  /**
   * The carry key under the root key, for keyd, as {@link #wrapped}; only if files of earlier
   * versions are used.
   */
  public Optional<byte[]> carry() throws IOException, BadInput {
    Optional<Rewrapped> newer = Rewrapped.read(directory);
    if (newer.isEmpty()) {
      return header.carry();
    }
    if (newer.get().carry().isPresent() != header.carry().isPresent()) {
      throw new BadInput(Rewrapped.FILE + ": has a carry key if and only if the header has one");
    }
    return newer.get().carry();
  }

  /** The length of a segment, in bytes. */
  public FloeParams params() {
    return header.params();
  }

  /** Where the ciphertext of a file lies. */
  Path path(SealedFile file) {
    return directory.resolve(file.sealedName());
  }

  /** The bytes of the manifest as signed. */
  public byte[] payload() throws BadInput {
    return header.bundle().object("dsseEnvelope").base64("payload");
  }

  /** Keeps the same keys under a newer root key; the ciphertext stays as it is. */
  public void rewrap(byte[] wrapped, Optional<byte[]> carry) throws IOException {
    new Rewrapped(wrapped, carry).replace(directory);
  }

  /** In the order of the manifest. */
  public List<SealedFile> files() {
    return files;
  }

  /** Plaintext bytes in all. */
  public long bytes() {
    return files.stream().mapToLong(SealedFile::size).sum();
  }

  /** Opens one file for reading at random; the caller closes it. */
  public ModelReader reader(SealedFile file, ModelKeys keys) throws IOException, BadInput {
    return ModelReader.open(directory, this, file, keys);
  }

  /**
   * Decrypts everything into {@code target}, an existing directory in memory, and checks every file
   * against the signed digest. If it fails, what it wrote is removed.
   *
   * @throws BadInput {@code file 2 "model.gguf", chunk 7 of 912: tag mismatch}
   */
  public void extractTo(Path target, ModelKeys keys, Progress progress)
      throws IOException, BadInput {
    new Extraction(this, target, keys, progress).run();
  }

  @Override
  public String toString() {
    return "SealedModel[" + model() + "/" + version() + "]";
  }
}
