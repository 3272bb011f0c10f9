package dev.sallyport.fuse;

import java.lang.foreign.Arena;

/** The right to mount, which a keeper has over its own mount namespace and nothing else. */
public final class Privileges {
  private Privileges() {}

  /**
   * Empties the ambient capabilities of this thread and of all that it starts: they are what would
   * be inherited across {@code execve} (capabilities(7)). To be called first in {@code main}.
   */
  public static void keepFromChildren() {
    try (Arena arena = Arena.ofConfined()) {
      int done = new Kernel(arena).dropAmbient();
      if (done < 0) {
        throw new IllegalStateException(
            "internal error: ambient capabilities cannot be dropped: " + Errno.text(-done));
      }
    }
  }
}
