package dev.sallyport.fuse;

import java.lang.foreign.Arena;

/** The right to mount, which a keeper has over its own mount namespace and nothing else. */
public final class Privileges {
  private static final int CAP_SETGID = 6;
  private static final int CAP_SETUID = 7;

  /** {@code CAP_CHECKPOINT_RESTORE}, the last that there is. */
  private static final int LAST = 40;

  private Privileges() {}

  /**
   * Empties the ambient capabilities of this thread and of all that it starts: they are what would
   * be inherited across {@code execve} (capabilities(7)). To be called first in {@code main}.
   *
   * @param users leaves the two by which a process becomes another user
   */
  public static void keepFromChildren(boolean users) {
    try (Arena arena = Arena.ofConfined()) {
      Kernel kernel = new Kernel(arena);
      int done = users ? 0 : kernel.dropAmbient();
      for (int capability = 0; users && done >= 0 && capability <= LAST; capability++) {
        boolean stays = capability == CAP_SETGID || capability == CAP_SETUID;
        done = stays ? done : kernel.lowerAmbient(capability);
      }
      if (done < 0) {
        throw new IllegalStateException(
            "internal error: ambient capabilities cannot be dropped: " + Errno.text(-done));
      }
    }
  }
}
