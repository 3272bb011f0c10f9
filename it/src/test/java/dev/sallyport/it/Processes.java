package dev.sallyport.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the real processes of an installation below its {@code up}. */
final class Processes {
  static final String SERVER = "dev.sallyport.server/";
  static final String KEYD = "dev.sallyport.keyd/";
  static final String KEEPER = "dev.sallyport.keeper/";
  static final String RUNTIME = "dev.sallyport.runtimellama/";

  private Processes() {}

  /** The process itself, not the bubblewrap around it. */
  static Optional<ProcessHandle> find(ProcessHandle up, String module) {
    return up.descendants()
        .filter(p -> commandLine(p.pid()).contains(" " + module))
        .filter(p -> !commandLine(p.pid()).split(" ", 2)[0].endsWith("bwrap"))
        .findFirst();
  }

  static String commandLine(long pid) {
    try {
      byte[] line = Files.readAllBytes(Path.of("/proc/" + pid + "/cmdline"));
      return new String(line, StandardCharsets.UTF_8).replace('\0', ' ').strip();
    } catch (IOException gone) {
      return "";
    }
  }

  /** Waits for a condition that real processes bring about; fails after {@code seconds}. */
  static void await(int seconds, String what, Condition condition) throws Exception {
    long deadline = System.nanoTime() + seconds * 1_000_000_000L;
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + seconds + " s: " + what);
      }
      Thread.sleep(20);
    }
  }

  /** Something that becomes true. */
  interface Condition {
    boolean holds() throws Exception;
  }
}
