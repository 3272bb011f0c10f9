package dev.sallyport.sealer;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Nonce;
import dev.sallyport.vault.ModelKeys;
import dev.sallyport.vault.Progress;
import dev.sallyport.vault.SealedModel;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The plaintext of one model in a directory: whole, verified and durable, or not there. Beside the
 * keeper's, this is the only code that writes plaintext weights (ArchitectureTest in module it).
 * Used by one thread.
 */
final class PlaintextCopy {
  /** Not a name of the model: it is drawn after the model was sealed. */
  private final Path working;

  private final Path target;
  private final List<Path> published = new ArrayList<>();

  private PlaintextCopy(Path target) {
    this.target = target;
    this.working = target.resolve(".unsealing-" + Nonce.fresh());
  }

  /**
   * A copy to be written into an empty directory that is for its owner only.
   *
   * @param bytes that it will take
   */
  static PlaintextCopy prepare(Path target, long bytes) throws IOException, BadInput {
    if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new BadInput("the target is not a directory");
    }
    String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(target));
    if (!mode.equals("rwx------")) {
      throw new BadInput("the target has mode " + mode + "; it must be for its owner only: 0700");
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(target)) {
      if (entries.iterator().hasNext()) {
        throw new BadInput("the target is not empty");
      }
    }
    // Not Files.getFileStore: that looks into /proc, which a sealer has not.
    long free = target.toFile().getUsableSpace();
    if (bytes > free) {
      throw new BadInput("the copy needs " + bytes + " bytes; " + free + " are free");
    }
    return new PlaintextCopy(target);
  }

  /** Decrypts everything beside its place and checks it against the signed digests; durable. */
  void write(SealedModel model, ModelKeys keys, Progress progress) throws IOException, BadInput {
    Files.createDirectory(
        working,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    model.extractTo(working, keys, progress);
    Files.walkFileTree(working, new Syncing());
  }

  /** Puts it in its place. */
  void publish() throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(working)) {
      for (Path entry : entries) {
        Path place = target.resolve(entry.getFileName());
        Files.move(entry, place, StandardCopyOption.ATOMIC_MOVE);
        published.add(place);
      }
    }
    Files.delete(working);
    sync(target, StandardOpenOption.READ);
  }

  /** Removes all that was written. */
  void remove() throws IOException {
    published.add(working);
    for (Path path : published) {
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        Files.walkFileTree(path, new Removing());
      }
    }
  }

  private static void sync(Path path, StandardOpenOption how) throws IOException {
    try (FileChannel channel = FileChannel.open(path, how)) {
      channel.force(true);
    }
  }

  private static final class Syncing extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes kind) throws IOException {
      sync(file, StandardOpenOption.WRITE);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
        throws IOException {
      if (e != null) {
        throw e;
      }
      sync(directory, StandardOpenOption.READ);
      return FileVisitResult.CONTINUE;
    }
  }

  private static final class Removing extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes kind) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
        throws IOException {
      if (e != null) {
        throw e;
      }
      Files.delete(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
