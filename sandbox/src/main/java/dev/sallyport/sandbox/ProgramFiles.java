package dev.sallyport.sandbox;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The files behind a command (spec/key-release.md §4): its executable and the directories bound for
 * it, measured, and, where they are to be executed, copied to private memory by the very reads that
 * measured them. What runs is the copy, so exchanging the original afterwards changes nothing.
 */
public final class ProgramFiles {
  /** Where a word without a slash is looked for: the PATH of runtimes. */
  private static final List<Path> PATH = List.of(Path.of("/usr/bin"), Path.of("/bin"));

  private final Map<String, Digest> contents;
  private final List<Mount> mounts;
  private final @Nullable Path copies;

  private ProgramFiles(Map<String, Digest> contents, List<Mount> mounts, @Nullable Path copies) {
    this.contents = Map.copyOf(contents);
    this.mounts = List.copyOf(mounts);
    this.copies = copies;
  }

  /** Of a program that is part of the installation. */
  public static ProgramFiles none() {
    return new ProgramFiles(Map.of(), List.of(), null);
  }

  /** Measures what lies there now. */
  public static ProgramFiles measure(List<String> command, List<Path> binds)
      throws IOException, BadInput {
    return read(command, binds, null);
  }

  /**
   * Copies and measures the copy.
   *
   * @param copies a directory to be made on private memory
   */
  public static ProgramFiles copy(List<String> command, List<Path> binds, Path copies)
      throws IOException, BadInput {
    // What a crash left there is not ours.
    new ProgramFiles(Map.of(), List.of(), copies).discard();
    Files.createDirectory(copies);
    Files.setPosixFilePermissions(copies, PosixFilePermissions.fromString("rwx--x--x"));
    try {
      return read(command, binds, copies);
    } catch (IOException | BadInput | RuntimeException e) {
      new ProgramFiles(Map.of(), List.of(), copies).discard();
      throw e;
    }
  }

  private static ProgramFiles read(List<String> command, List<Path> binds, @Nullable Path copies)
      throws IOException, BadInput {
    Map<String, Digest> contents = new TreeMap<>();
    List<Mount> mounts = new ArrayList<>();
    for (Path bind : binds) {
      Path copy = copies == null ? null : copies.resolve("bind-" + mounts.size());
      contents.put(bind.toString(), Tree.read(bind, copy));
      if (copy != null) {
        mounts.add(new Mount.Program(copy, bind));
      }
    }
    Path executable = executable(command.getFirst());
    Path real = executable.toRealPath();
    Optional<Path> bind = binds.stream().filter(real::startsWith).findFirst();
    if (copies == null || bind.isEmpty()) {
      Path copy = copies == null ? null : copies.resolve("executable");
      contents.put(executable.toString(), Tree.file(real, copy, true));
      if (copy != null) {
        close(copy);
        mounts.add(new Mount.Program(copy, real));
      }
    } else {
      // INVARIANT: the digest is of the copy, which is what will be executed.
      Path inCopy =
          copies
              .resolve("bind-" + binds.indexOf(bind.get()))
              .resolve(bind.get().relativize(real).toString());
      contents.put(executable.toString(), Tree.file(inCopy, null, true));
      close(inCopy);
    }
    return new ProgramFiles(contents, mounts, copies);
  }

  /**
   * Lets a program be executed and not read: a process that may not read its own executable is not
   * dumped, nor traced, nor read through {@code /proc} by others of its user (prctl(2)). A script
   * is read by its interpreter, which is what is executed.
   */
  private static void close(Path copy) throws IOException {
    byte[] head;
    try (InputStream in = Files.newInputStream(copy)) {
      head = in.readNBytes(2);
    }
    if (!new String(head, StandardCharsets.ISO_8859_1).equals("#!")) {
      Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("--x--x--x"));
    }
  }

  private static Path executable(String word) throws BadInput {
    if (word.contains("/")) {
      Path path = Path.of(word);
      if (!path.isAbsolute() || !path.normalize().equals(path)) {
        throw new BadInput("executable " + word + " is not a plain absolute path");
      }
      return present(path);
    }
    for (Path directory : PATH) {
      if (Files.isRegularFile(directory.resolve(word))) {
        return directory.resolve(word);
      }
    }
    throw new BadInput("executable " + word + " is not in " + PATH);
  }

  private static Path present(Path path) throws BadInput {
    if (!Files.isRegularFile(path)) {
      throw new BadInput("executable " + path + " is not a file");
    }
    return path;
  }

  /** Path to digest: of the executable's bytes, of the manifest of each directory. */
  public Map<String, Digest> contents() {
    return contents;
  }

  /** The copies, at the places of their originals. */
  public List<Mount> mounts() {
    return mounts;
  }

  /** Where the bytes lie that will run under this path: the measured copy, if one covers it. */
  public Path measured(Path path) {
    for (Mount mount : mounts) {
      Optional<Path> copy = mount.host().filter(_ -> path.startsWith(mount.inside()));
      if (copy.isPresent()) {
        return path.equals(mount.inside())
            ? copy.get()
            : copy.get().resolve(mount.inside().relativize(path));
      }
    }
    return path;
  }

  /** Removes the copies. Doing it twice is allowed. */
  public void discard() throws IOException {
    if (copies == null || !Files.exists(copies, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        copies,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes kind) throws IOException {
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
}
