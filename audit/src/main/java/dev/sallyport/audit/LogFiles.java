package dev.sallyport.audit;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.tlog.EntryBundle;
import dev.sallyport.tlog.HashTile;
import dev.sallyport.tlog.TilePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The files of a log directory. A file appears under its name only when it is whole and durable:
 * written to {@code tmp/}, forced, renamed, its directory forced.
 */
final class LogFiles {
  static final String CHECKPOINT = "checkpoint";
  static final String JOURNAL = "journal";
  static final String LOCK = "lock";
  static final String TMP = "tmp";

  private final Path dir;

  LogFiles(Path dir) {
    this.dir = dir;
  }

  Path path(String name) {
    return dir.resolve(name);
  }

  /** Makes the directories of an empty log and removes what a killed writer left behind. */
  void prepare() throws IOException {
    createDurably(dir.resolve(TMP));
    try (DirectoryStream<Path> left = Files.newDirectoryStream(dir.resolve(TMP))) {
      for (Path file : left) {
        Files.delete(file);
      }
    }
  }

  Optional<byte[]> read(TilePath tile) throws IOException, BadInput {
    return read(
        tile.path(), tile.level() == TilePath.ENTRIES ? EntryBundle.MAX_BYTES : HashTile.MAX_BYTES);
  }

  Optional<byte[]> read(String name, int limit) throws IOException, BadInput {
    try {
      return Optional.of(Bounded.read(dir.resolve(name), limit));
    } catch (NoSuchFileException e) {
      return Optional.empty(); // Absence is an answer here; the caller says what it means.
    }
  }

  /** The widths of the partial tiles there are at one place; a strange file there is an error. */
  List<Integer> partialWidths(int level, long index) throws IOException, BadInput {
    String full = TilePath.full(level, index).path();
    List<Integer> widths = new ArrayList<>();
    if (Files.isDirectory(dir.resolve(full + ".p"))) {
      try (DirectoryStream<Path> partials = Files.newDirectoryStream(dir.resolve(full + ".p"))) {
        for (Path file : partials) {
          widths.add(TilePath.parse(full + ".p/" + file.getFileName()).width());
        }
      }
    }
    return widths;
  }

  /**
   * Makes all these tiles durable. A tile never changes: one that is there must be the same. The
   * partial tiles that a full one supersedes are removed, as tlog-tiles allows.
   */
  void publish(Map<TilePath, byte[]> tiles) throws IOException, BadInput {
    Set<Path> parents = new LinkedHashSet<>();
    for (Map.Entry<TilePath, byte[]> tile : tiles.entrySet()) {
      Optional<byte[]> there = read(tile.getKey());
      if (there.isEmpty()) {
        parents.add(rename(tile.getKey().path(), tile.getValue()));
      } else if (!Arrays.equals(there.get(), tile.getValue())) {
        throw new BadInput(tile.getKey() + " is not what the journal says");
      }
    }
    for (Path parent : parents) {
      force(parent);
    }
    for (TilePath tile : tiles.keySet()) {
      if (tile.isFull()) {
        removePartials(dir.resolve(tile.path() + ".p"));
      }
    }
  }

  /** Replaces a file durably. */
  void replace(String name, byte[] bytes) throws IOException {
    force(rename(name, bytes));
  }

  private Path rename(String name, byte[] bytes) throws IOException {
    Path target = dir.resolve(name);
    Path parent = parentOf(target);
    createDurably(parent);
    Path tmp = dir.resolve(TMP).resolve(name.replace('/', '_'));
    try (FileChannel out =
        FileChannel.open(
            tmp,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      writeFully(out, ByteBuffer.wrap(bytes));
      out.force(true);
    }
    Files.move(tmp, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return parent;
  }

  static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private void removePartials(Path partials) throws IOException {
    if (Files.isDirectory(partials)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(partials)) {
        for (Path file : files) {
          Files.delete(file);
        }
      }
      Files.delete(partials);
    }
  }

  private static void createDurably(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      Path parent = parentOf(directory);
      createDurably(parent);
      Files.createDirectory(directory);
      force(parent);
    }
  }

  private static Path parentOf(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException("internal error: the root has no parent");
    }
    return parent;
  }

  private static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
