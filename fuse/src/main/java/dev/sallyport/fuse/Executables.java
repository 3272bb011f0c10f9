package dev.sallyport.fuse;

import dev.sallyport.core.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The executables that may read, by digest. Digests are remembered by the identity of the file
 * (device, inode, size, change time), never by a process: a process may execute another.
 */
public final class Executables {
  private static final int REMEMBERED = 256;
  private static final int MAX_INTERPRETERS = 4;
  private static final int MAX_FIRST_LINE = 256;
  private static final List<Path> SEARCHED = List.of(Path.of("/usr/bin"), Path.of("/bin"));

  private final Set<Digest> allowed;
  private final Map<Map<String, Object>, Digest> known =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Map<String, Object>, Digest> eldest) {
          return size() > REMEMBERED;
        }
      };

  Executables(Set<Digest> allowed) {
    this.allowed = Set.copyOf(allowed);
  }

  /**
   * What starts when this file is executed: itself, or the interpreters that its first line names.
   *
   * @param command absolute, or looked for in {@code /usr/bin} and {@code /bin}
   * @param measured where the bytes lie that will run under a path: a copy that was judged, or the
   *     path itself
   */
  public static Set<Digest> of(Path command, UnaryOperator<Path> measured) throws IOException {
    Set<Digest> digests = new HashSet<>();
    Optional<Path> next = Optional.of(command);
    for (int depth = 0; depth < MAX_INTERPRETERS && next.isPresent(); depth++) {
      Path place = found(next.get());
      Path copy = measured.apply(place);
      Path file = copy.equals(place) ? measured.apply(place.toRealPath()) : copy;
      digests.add(digest(file));
      next = interpreter(file);
    }
    return digests;
  }

  private static Path found(Path command) {
    return command.isAbsolute()
        ? command
        : SEARCHED.stream()
            .map(directory -> directory.resolve(command))
            .filter(Files::isExecutable)
            .findFirst()
            .orElse(command);
  }

  /** Of a script; {@code env} is followed to what it starts. */
  private static Optional<Path> interpreter(Path file) throws IOException {
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(MAX_FIRST_LINE);
    }
    String text = new String(head, StandardCharsets.UTF_8);
    if (!text.startsWith("#!")) {
      return Optional.empty();
    }
    String[] words = text.lines().findFirst().orElse("").substring(2).strip().split("\\s+", -1);
    boolean env = words[0].endsWith("/env") && words.length > 1;
    return Optional.of(Path.of(env ? words[words.length - 1] : words[0]));
  }

  /** Whether what this thread executes is allowed: the file that is open as its executable. */
  synchronized boolean mayRead(int thread) throws IOException {
    // A magic link: it leads to the very inode that runs, whatever lies at its path now.
    Path running = Path.of("/proc", Integer.toString(thread), "exe");
    Map<String, Object> identity = Files.readAttributes(running, "unix:dev,ino,size,ctime");
    Digest digest = known.get(identity);
    if (digest == null) {
      digest = digest(running);
      if (!Files.readAttributes(running, "unix:dev,ino,size,ctime").equals(identity)) {
        return false;
      }
      known.put(identity, digest);
    }
    return allowed.contains(digest);
  }

  /** SHA-256 of a whole file. */
  static Digest digest(Path file) throws IOException {
    MessageDigest sha256 = Digest.sha256();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      int count = in.read(buffer);
      while (count >= 0) {
        sha256.update(buffer, 0, count);
        count = in.read(buffer);
      }
    }
    return Digest.finish(sha256);
  }
}
