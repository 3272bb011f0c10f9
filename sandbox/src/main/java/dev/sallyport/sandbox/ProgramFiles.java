package dev.sallyport.sandbox;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The files behind a command (spec/key-release.md §4): its executable, the interpreters of a
 * script, and the directories bound for it, measured, and, where they are to be executed, copied to
 * private memory by the very reads that measured them. What runs is the copy, so exchanging the
 * original afterwards changes nothing.
 */
public final class ProgramFiles {
  private final Map<String, Digest> contents;
  private final List<Mount> mounts;
  private final Set<Digest> executables;
  private final @Nullable Path copies;

  private ProgramFiles(
      Map<String, Digest> contents,
      List<Mount> mounts,
      Set<Digest> executables,
      @Nullable Path copies) {
    this.contents = Map.copyOf(contents);
    this.mounts = List.copyOf(mounts);
    this.executables = Set.copyOf(executables);
    this.copies = copies;
  }

  /** Before anything was measured. */
  public static ProgramFiles none() {
    return of(null);
  }

  private static ProgramFiles of(@Nullable Path copies) {
    return new ProgramFiles(Map.of(), List.of(), Set.of(), copies);
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
    of(copies).discard();
    Files.createDirectory(copies);
    Files.setPosixFilePermissions(copies, PosixFilePermissions.fromString("rwx--x--x"));
    try {
      return read(command, binds, copies);
    } catch (IOException | BadInput | RuntimeException e) {
      of(copies).discard();
      throw e;
    }
  }

  private static ProgramFiles read(List<String> command, List<Path> binds, @Nullable Path copies)
      throws IOException, BadInput {
    Measuring measuring = new Measuring(binds, copies);
    measuring.readBinds();
    measuring.readPrograms(command.getFirst());
    return new ProgramFiles(measuring.contents, measuring.mounts, measuring.executables, copies);
  }

  /** Path to digest: of each program's bytes, of the manifest of each directory. */
  public Map<String, Digest> contents() {
    return contents;
  }

  /** The copies, at the places of their originals. */
  public List<Mount> mounts() {
    return mounts;
  }

  /**
   * Digests of the files that execute when the command starts: of the executable and of the
   * interpreters that it names if it is a script.
   */
  public Set<Digest> executables() {
    return executables;
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
