package dev.sallyport.sandbox;

/** A process could not be confined. It was not started: there is no fallback without a sandbox. */
public final class SandboxFailure extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why, closed. */
  public enum Reason {
    /** The program {@code bwrap} is not installed. */
    BUBBLEWRAP_MISSING,
    /** The kernel or the surrounding container forbids user namespaces. */
    NAMESPACES_REFUSED,
    /** A path to be bound does not exist. */
    SOURCE_MISSING,
    /** A Unix socket's path does not fit into a {@code sockaddr_un}. */
    PATH_TOO_LONG,
    /** Bubblewrap was started and refused for another reason. */
    REFUSED
  }

  private final Reason reason;

  SandboxFailure(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  SandboxFailure(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
