package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.envelope.ModelFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What is about to be sealed: a directory, or one file, looked through before anything is written.
 * Empty directories are left out.
 *
 * @param files ordered by name
 */
public record Source(List<Entry> files) {
  private static final int MAX_FILES = 10_000;
  private static final int MAX_DEPTH = 32;

  /**
   * A file to be sealed.
   *
   * @param name relative to the source, parts separated by {@code /}
   * @param size in bytes when it was looked at; sealing fails if it changes
   */
  public record Entry(String name, Path path, long size) {
    /**
     * Opens it where it was found: a symbolic link that somebody put in its place meanwhile, or in
     * that of a directory between it and the source, is refused.
     */
    FileChannel open() throws BadInput {
      List<String> parts = List.of(name.split("/", -1));
      try {
        if (parts.size() == 1) {
          // No directory lies between; that of a single file may be closed to a sealer.
          return Disk.read(path);
        }
        Path root = path.toAbsolutePath();
        for (int i = 0; i < parts.size(); i++) {
          root = Objects.requireNonNull(root.getParent(), "internal error: name longer than path");
        }
        return Disk.readBeneath(root, parts);
      } catch (IOException e) {
        throw new BadInput(
            "\"" + Json.clip(name) + "\" cannot be opened as the plain file that was found", e);
      }
    }
  }

  public Source {
    files = List.copyOf(files);
  }

  /** Looks through a directory or at one file. */
  public static Source scan(Path source) throws IOException, BadInput {
    List<Entry> found = new ArrayList<>();
    BasicFileAttributes kind = kind(source);
    if (kind.isRegularFile()) {
      found.add(entry(FileNames.check(lastName(source)), source, kind));
    } else if (kind.isDirectory()) {
      walk(source, "", 0, found);
    } else {
      throw refused(lastName(source), kind);
    }
    if (found.isEmpty()) {
      throw new BadInput("source holds no file");
    }
    found.sort((a, b) -> ModelFile.NAME_ORDER.compare(a.name(), b.name()));
    requireDistinct(found);
    return new Source(found);
  }

  /** Plaintext bytes in all. */
  public long bytes() {
    return files.stream().mapToLong(Entry::size).sum();
  }

  /** Whether a sealed model holds these files with these contents; reads them all. */
  public boolean is(SealedModel sealed) throws IOException, BadInput {
    List<String> names = files.stream().map(Entry::name).toList();
    if (!names.equals(sealed.files().stream().map(SealedFile::name).toList())) {
      return false;
    }
    for (int i = 0; i < files.size(); i++) {
      if (!digest(files.get(i)).equals(sealed.files().get(i).digest())) {
        return false;
      }
    }
    return true;
  }

  static Digest digest(Entry entry) throws IOException, BadInput {
    MessageDigest digest = Digest.sha256();
    byte[] buffer = new byte[1 << 20];
    try (FileChannel in = entry.open()) {
      ByteBuffer room = ByteBuffer.wrap(buffer);
      while (in.read(room.clear()) >= 0) {
        digest.update(buffer, 0, room.position());
      }
    }
    return Digest.finish(digest);
  }

  private static void walk(Path directory, String prefix, int depth, List<Entry> found)
      throws IOException, BadInput {
    if (depth > MAX_DEPTH) {
      throw new BadInput("\"" + Json.clip(prefix) + "\" is deeper than " + MAX_DEPTH);
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path path : entries) {
        String name = prefix + FileNames.check(lastName(path));
        BasicFileAttributes kind = kind(path);
        if (kind.isDirectory()) {
          walk(path, name + "/", depth + 1, found);
        } else {
          found.add(entry(name, path, kind));
        }
        if (found.size() > MAX_FILES) {
          throw new BadInput("source holds more than " + MAX_FILES + " files");
        }
      }
    }
  }

  private static Entry entry(String name, Path path, BasicFileAttributes kind) throws BadInput {
    if (!kind.isRegularFile()) {
      throw refused(name, kind);
    }
    if (!Files.isReadable(path)) {
      throw new BadInput("\"" + Json.clip(name) + "\" cannot be read");
    }
    return new Entry(name, path, kind.size());
  }

  private static BadInput refused(String name, BasicFileAttributes kind) {
    String what = kind.isSymbolicLink() ? "a symbolic link" : "neither a file nor a directory";
    return new BadInput("\"" + Json.clip(name) + "\" is " + what + "; only plain files are sealed");
  }

  private static BasicFileAttributes kind(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static String lastName(Path path) {
    return String.valueOf(path.getFileName());
  }

  private static void requireDistinct(List<Entry> found) throws BadInput {
    Map<String, String> folded = new HashMap<>();
    for (Entry entry : found) {
      String other = folded.put(FileNames.fold(entry.name()), entry.name());
      if (other != null) {
        throw new BadInput(
            "\""
                + Json.clip(entry.name())
                + "\" and \""
                + Json.clip(other)
                + "\" differ in case or composition only");
      }
    }
  }
}
