package dev.sallyport.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Where a Java installation has its files. Most hold all in one directory; Debian's keep the
 * configuration in {@code /etc} and link to it.
 */
final class JavaFiles {
  private static final List<String> LINKED =
      List.of("conf/security/java.security", "lib/security/default.policy", "lib/security/cacerts");

  private JavaFiles() {}

  /** The directories outside {@code /usr}, which is bound anyway. */
  static List<Path> of(Path javaHome) {
    Set<Path> needed = new LinkedHashSet<>();
    needed.add(javaHome.toAbsolutePath().normalize());
    resolve(javaHome, needed);
    for (String name : LINKED) {
      Path file = javaHome.resolve(name);
      if (Files.exists(file)) {
        resolve(file, needed);
      }
    }
    List<Path> out = new ArrayList<>();
    for (Path path : needed) {
      boolean covered = path.startsWith("/usr") || out.stream().anyMatch(path::startsWith);
      if (!covered) {
        out.add(path);
      }
    }
    return out;
  }

  private static void resolve(Path path, Set<Path> needed) {
    try {
      Path real = path.toRealPath();
      needed.add(Files.isDirectory(real) ? real : real.getParent());
    } catch (IOException missing) {
      // A missing Java is reported when the mount of it is checked (SandboxFailure.SOURCE_MISSING).
      needed.add(path.toAbsolutePath().normalize());
    }
  }
}
