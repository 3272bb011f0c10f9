package dev.sallyport.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.stream.Stream;

/** A directory that is built beside its place, private to its owner, and renamed when complete. */
final class Scaffold implements AutoCloseable {
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path path;

  private Scaffold(Path path) {
    this.path = path;
  }

  /** Starts; fails if something is at {@code target} already. */
  static Scaffold beside(Path target) throws Failure, IOException {
    requireFree(target);
    Path parent = target.getParent();
    if (parent == null) {
      throw new Failure(Exit.USAGE, "--home " + target + ": the root directory is no home");
    }
    Files.createDirectories(parent);
    String prefix = target.getFileName() + ".tmp-";
    return new Scaffold(Files.createTempDirectory(parent, prefix, PRIVATE_DIRECTORY));
  }

  private static void requireFree(Path target) throws Failure, IOException {
    if (!Files.exists(target)) {
      return;
    }
    boolean empty = false;
    if (Files.isDirectory(target)) {
      try (Stream<Path> content = Files.list(target)) {
        empty = content.findAny().isEmpty();
      }
    }
    if (!empty) {
      throw new Failure(
          Exit.EXISTS,
          target + " is not empty; an installation is never overwritten, choose another --home");
    }
  }

  Path path() {
    return path;
  }

  void directory(String name) throws IOException {
    Files.createDirectories(path.resolve(name), PRIVATE_DIRECTORY);
  }

  /** A new file, durable. */
  void file(String name, byte[] content) throws IOException {
    Path file = path.resolve(name);
    Files.createFile(file, PRIVATE_FILE);
    Files.write(file, content, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
  }

  /** Puts it in its place, at once and for good. */
  void become(Path target) throws Failure, IOException {
    try {
      Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      requireFree(target);
      throw e;
    }
    try (FileChannel parent = FileChannel.open(path.resolveSibling("."), StandardOpenOption.READ)) {
      parent.force(true);
    }
  }

  /** Removes what did not become anything. */
  @Override
  public void close() throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path dir, @org.jspecify.annotations.Nullable IOException e) throws IOException {
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
