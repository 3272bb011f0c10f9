package dev.sallyport.keeper;

import dev.sallyport.core.BadInput;
import dev.sallyport.sandbox.Confined;
import dev.sallyport.vault.ModelKeys;
import dev.sallyport.vault.SealedModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Everything decrypted beforehand, on a memory file system. */
final class PlaintextInMemory implements Plaintext {
  private static final System.Logger LOG = System.getLogger("keeper");

  /** Room for the file system's own bookkeeping. */
  private static final long SLACK = 8 << 20;

  /**
   * How long files are overwritten before they are only removed: the pages of a memory file system
   * are zeroed by the kernel before anybody gets them again, so removal is what counts, and it must
   * be done within 2 s (spec/key-release.md §5).
   */
  private static final Duration OVERWRITE_LIMIT = Duration.ofMillis(500);

  private final Path directory;
  private final SealedModel model;
  private final OptionalInt user;

  private PlaintextInMemory(Path directory, SealedModel model, OptionalInt user) {
    this.directory = directory;
    this.model = model;
    this.user = user;
  }

  /** An empty place for one model; what a crash left there is wiped first. */
  static PlaintextInMemory prepare(Path parent, SealedModel model, OptionalInt user)
      throws IOException {
    PlaintextInMemory plaintext =
        new PlaintextInMemory(parent.resolve(model.model().value()), model, user);
    plaintext.wipe();
    Files.createDirectory(
        plaintext.directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return plaintext;
  }

  /** Whether a model fits into what this memory file system has left. */
  static boolean fits(Path parent, SealedModel model) throws IOException {
    return Files.getFileStore(parent).getUsableSpace() >= model.bytes() + SLACK;
  }

  @Override
  public String loader() {
    return "memory";
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
  public SealedModel model() {
    return model;
  }

  /** Decrypts and verifies everything, if there is room for it; the key is not needed after. */
  @Override
  public void fill(ModelKeys keys) throws IOException, BadInput {
    try (keys) {
      long free = Files.getFileStore(directory).getUsableSpace();
      if (free < model.bytes() + SLACK) {
        throw new BadInput(
            "plaintext needs " + model.bytes() + " bytes; the memory file system has " + free);
      }
      model.extractTo(
          directory,
          keys,
          (done, total) -> LOG.log(System.Logger.Level.DEBUG, "decrypted={0} of={1}", done, total));
      Users.hand(directory, user);
    }
  }

  /** Nobody else is in the namespace of this directory. */
  @Override
  public void admit(Confined runtime) {}

  /** Overwrites as far as time allows and removes everything. Wiping twice is allowed. */
  @Override
  public void wipe() throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    long end = System.nanoTime() + OVERWRITE_LIMIT.toNanos();
    ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes kind) throws IOException {
            if (kind.isRegularFile()) {
              overwrite(file, kind.size(), zeros, end);
            }
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e)
              throws IOException {
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void overwrite(Path file, long size, ByteBuffer zeros, long end)
      throws IOException {
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
      long position = 0;
      while (position < size && System.nanoTime() < end) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), size - position));
        position += out.write(zeros, position);
      }
      out.truncate(0);
    }
  }
}
