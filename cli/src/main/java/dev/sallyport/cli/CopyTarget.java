package dev.sallyport.cli;

import dev.sallyport.sandbox.Confined;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The directory that a plaintext copy goes to. Unless it is {@linkplain #keep kept}, closing
 * removes whatever is in it, also when this program is told to end: it was empty before, and what a
 * killed sealer left there is half a model in plaintext.
 */
final class CopyTarget implements AutoCloseable {
  private static final String PRIVATE = "rwx------";

  /** For the sealer to clean up and report; as long again until it is dead. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final Path directory;
  private final boolean made;
  private final PrintStream err;
  private final Thread atExit = Thread.ofPlatform().name("copy-removal").unstarted(this::endEarly);
  private volatile @Nullable Confined writer;
  private boolean done;

  private CopyTarget(Path directory, boolean made, PrintStream err) {
    this.directory = directory;
    this.made = made;
    this.err = err;
  }

  /** Makes the directory, or takes an empty one that is for its owner only. */
  static CopyTarget prepare(Home home, Path wanted, PrintStream err) throws Failure, IOException {
    Path absolute = wanted.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw new Failure(Exit.MISSING, "--to " + wanted + ": no such directory to make it in");
    }
    // INVARIANT: the server sees parts of the home; plaintext never lies there.
    Path real = parent.toRealPath().resolve(absolute.getFileName());
    if (real.startsWith(home.path().toRealPath())) {
      throw new Failure(Exit.USAGE, "--to " + wanted + ": a copy must not lie in the installation");
    }
    boolean made = !Files.exists(real, LinkOption.NOFOLLOW_LINKS);
    if (made) {
      Files.createDirectory(
          real, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE)));
    } else {
      requireEmptyAndPrivate(wanted, real);
    }
    CopyTarget target = new CopyTarget(real, made, err);
    Runtime.getRuntime().addShutdownHook(target.atExit);
    return target;
  }

  private static void requireEmptyAndPrivate(Path wanted, Path real) throws Failure, IOException {
    if (!Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
      throw new Failure(Exit.EXISTS, "--to " + wanted + ": is there and no directory");
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(real)) {
      if (entries.iterator().hasNext()) {
        throw new Failure(Exit.EXISTS, "--to " + wanted + ": is not empty");
      }
    }
    String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(real));
    if (!mode.equals(PRIVATE)) {
      throw new Failure(
          Exit.EXISTS, "--to " + wanted + ": has mode " + mode + "; set it to 0700 first");
    }
  }

  Path directory() {
    return directory;
  }

  /** Who writes into it, to be ended before anything is removed. */
  void writtenBy(Confined sealer) {
    writer = sealer;
  }

  /** The copy is complete. */
  synchronized void keep() {
    done = true;
  }

  @Override
  public void close() throws IOException {
    remove();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException ending) {
      // The hook runs, or has run, and finds nothing to do.
      System.getLogger("cli").log(System.Logger.Level.DEBUG, "ending", ending);
    }
  }

  private synchronized void remove() throws IOException {
    if (done) {
      return;
    }
    Files.walkFileTree(directory, new Removing());
    done = true;
  }

  /** This program was told to end: first the sealer, then what it wrote. */
  private void endEarly() {
    Confined writing = writer;
    try {
      if (writing != null && writing.isAlive() && !writing.stop(GRACE)) {
        err.println("sallyport: the sealer does not end; look for plaintext in " + directory);
      }
      remove();
    } catch (IOException e) {
      err.println("sallyport: plaintext may be left in " + directory + ": " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Removing extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes kind) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e)
        throws IOException {
      if (e != null) {
        throw e;
      }
      if (made || !dir.equals(directory)) {
        Files.delete(dir);
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
