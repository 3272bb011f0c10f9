package dev.sallyport.fuse;

import dev.sallyport.core.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The executables that may read, by digest. Digests are remembered by the identity of the file
 * (device, inode, size, change time), never by a process: a process may execute another.
 */
public final class Executables {
  private static final int REMEMBERED = 256;

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
