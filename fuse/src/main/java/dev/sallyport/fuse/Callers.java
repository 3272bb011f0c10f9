package dev.sallyport.fuse;

import java.util.OptionalInt;

/**
 * Who may read. Asked for every request that reaches the file system's server; safe for several
 * threads.
 */
public interface Callers {
  /** What is asked for. */
  enum Want {
    /** Names, sizes, bytes of what is open already: an answer of a moment ago may be used again. */
    USE,
    /** To open: looked at anew. */
    OPEN
  }

  /**
   * Whether this caller is one of ours.
   *
   * @param thread as the kernel reports it, in the pid namespace of whoever mounted; 0 if it has no
   *     number there
   */
  boolean mayRead(int thread, Want want);

  /** The user and group that they run as, if not as we do: the kernel turns away all others. */
  default OptionalInt user() {
    return OptionalInt.empty();
  }
}
