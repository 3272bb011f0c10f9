package dev.sallyport.vault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/** Durable and private file operations. */
final class Disk {
  private static final FileAttribute<?> FILE_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<?> DIRECTORY_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private Disk() {}

  static FileChannel create(Path file) throws IOException {
    return FileChannel.open(
        file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), FILE_MODE);
  }

  /** Opens a file of ours to be looked through and written on. */
  static FileChannel goOn(Path file) throws IOException {
    return FileChannel.open(
        file, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
  }

  /** Opens a plain file; a symbolic link in its place is refused. */
  static FileChannel read(Path file) throws IOException {
    return FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
  }

  /**
   * Opens a plain file below a directory, from descriptor to descriptor, so that no part of its
   * name is a symbolic link, whoever exchanges what meanwhile.
   *
   * @param parts of the name, the file's own last
   */
  static FileChannel readBeneath(Path root, List<String> parts) throws IOException {
    try (DirectoryStream<Path> start = Files.newDirectoryStream(root)) {
      return readBeneath(start, parts);
    }
  }

  private static FileChannel readBeneath(DirectoryStream<Path> directory, List<String> parts)
      throws IOException {
    if (!(directory instanceof SecureDirectoryStream<Path> held)) {
      throw new IOException("this file system cannot be read without following links");
    }
    Path first = Path.of(parts.getFirst());
    if (parts.size() > 1) {
      try (var inner = held.newDirectoryStream(first, LinkOption.NOFOLLOW_LINKS)) {
        return readBeneath(inner, parts.subList(1, parts.size()));
      }
    }
    return (FileChannel)
        held.newByteChannel(first, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
  }

  static void createDirectories(Path directory) throws IOException {
    Files.createDirectories(directory, DIRECTORY_MODE);
  }

  static void write(FileChannel to, byte[] bytes, int length) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes, 0, length);
    while (rest.hasRemaining()) {
      to.write(rest);
    }
  }

  /** Gives a file a second name; copies it where the file system cannot. */
  static void link(Path existing, Path name) throws IOException {
    try {
      Files.createLink(name, existing);
    } catch (FileSystemException | UnsupportedOperationException e) {
      Files.copy(existing, name, LinkOption.NOFOLLOW_LINKS);
      sync(name);
    }
  }

  /** Writes at a position; several threads may write to one channel. */
  static void write(FileChannel to, byte[] bytes, int length, long position) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes, 0, length);
    while (rest.hasRemaining()) {
      to.write(rest, position + rest.position());
    }
  }

  /** Fails at once if this much surely does not fit. */
  static void requireSpace(Path directory, long bytes) throws IOException {
    // Not Files.getFileStore: that looks into /proc, which a sealer has not.
    long free = directory.toFile().getUsableSpace();
    if (bytes > free) {
      throw new IOException("no space for " + bytes + " bytes; " + free + " are free");
    }
  }

  /** Bytes in the files of a flat directory. */
  static long sizeOfFlat(Path directory) throws IOException {
    long bytes = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        bytes += Files.size(entry);
      }
    }
    return bytes;
  }

  /** Makes a file, or the entries of a directory, durable. */
  static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Removes a flat directory, as staging and sealed models are. */
  static void removeFlat(Path directory) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        Files.delete(entry);
      }
    }
    Files.delete(directory);
  }
}
