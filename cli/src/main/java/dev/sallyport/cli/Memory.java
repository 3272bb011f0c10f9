package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** How much memory this machine has (proc(5), meminfo). */
final class Memory {
  private static final int MAX = 1 << 16;
  private static final String LABEL = "MemTotal:";

  private Memory() {}

  /** Total memory in bytes. */
  static long bytes() throws Failure {
    try {
      String text =
          new String(Bounded.read(Path.of("/proc/meminfo"), MAX), StandardCharsets.US_ASCII);
      int from = text.indexOf(LABEL) + LABEL.length();
      int to = text.indexOf("kB", from);
      return Long.parseLong(text.substring(from, to).strip()) * 1024;
    } catch (IOException | BadInput | IllegalArgumentException e) {
      throw new Failure(Exit.UNAVAILABLE, "/proc/meminfo does not tell the memory", e);
    } catch (StringIndexOutOfBoundsException e) {
      throw new Failure(Exit.UNAVAILABLE, "/proc/meminfo does not tell the memory", e);
    }
  }
}
