package dev.sallyport.sandbox;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The manifest of a directory: canonical JSON {@code [{"path", "digest", "executable"} or {"path",
 * "link"}]}, sorted by path. Each file is read once; a copy is written by the same read.
 */
final class Tree {
  private static final int MAX_ENTRIES = 200_000;
  private static final int BUFFER = 1 << 20;

  private final Path root;
  private final @Nullable Path copy;
  private final Map<String, Json> entries = new TreeMap<>();

  private Tree(Path root, @Nullable Path copy) {
    this.root = root;
    this.copy = copy;
  }

  /** The digest of the manifest; with {@code copy}, that of the copy made there. */
  static Digest read(Path root, @Nullable Path copy) throws IOException, BadInput {
    if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
      throw new BadInput(root + " is not a directory, or a link to one");
    }
    Tree tree = new Tree(root, copy);
    List<Path> found = tree.list();
    if (found.size() > MAX_ENTRIES) {
      throw new BadInput(root + " has more than " + MAX_ENTRIES + " entries");
    }
    for (Path path : found) {
      tree.add(path);
    }
    return Json.arr(List.copyOf(tree.entries.values())).digest();
  }

  /** Directories come before what is in them; links are not followed. */
  private List<Path> list() throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes kind) {
            return note(dir);
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes kind) {
            return note(file);
          }

          private FileVisitResult note(Path path) {
            found.add(path);
            boolean enough = found.size() > MAX_ENTRIES;
            return enough ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
          }
        });
    return found;
  }

  private void add(Path path) throws IOException, BadInput {
    String name = root.relativize(path).toString();
    Path target = copy == null ? null : copy.resolve(name);
    Json.Builder entry = Json.obj().put("path", name);
    if (Files.isSymbolicLink(path)) {
      Path link = Files.readSymbolicLink(path);
      entry.put("link", link.toString());
      if (target != null) {
        Files.createSymbolicLink(target, link);
      }
    } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      if (target != null) {
        Files.createDirectory(target);
        // Read by whoever runs it, which may be another user than we are.
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
      return;
    } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      boolean executable = Files.isExecutable(path);
      entry.put("digest", file(path, target, executable)).put("executable", executable);
    } else {
      throw new BadInput(path + " is neither a file, a directory nor a link");
    }
    entries.put(name, entry.build());
  }

  /** The digest of a file's bytes, and a copy of exactly these. */
  static Digest file(Path file, @Nullable Path copy, boolean executable) throws IOException {
    MessageDigest digest = Digest.sha256();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    try (SeekableByteChannel in =
            Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        @Nullable SeekableByteChannel out = copy == null ? null : create(copy)) {
      while (in.read(buffer.clear()) >= 0) {
        digest.update(buffer.flip());
        if (out != null) {
          buffer.rewind();
          while (buffer.hasRemaining()) {
            out.write(buffer);
          }
        }
      }
    }
    if (copy != null) {
      Files.setPosixFilePermissions(
          copy, PosixFilePermissions.fromString(executable ? "r-xr-xr-x" : "r--r--r--"));
    }
    return Digest.finish(digest);
  }

  private static SeekableByteChannel create(Path copy) throws IOException {
    return Files.newByteChannel(copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }
}
