package dev.sallyport.fuse;

import java.io.Serial;

/** A model could not be mounted. */
public final class FuseFailure extends Exception {
  @Serial private static final long serialVersionUID = 1;

  /** Why. */
  public enum Reason {
    /** No {@code /dev/fuse} that may be opened. */
    NO_DEVICE,
    /** No right to mount: CAP_SYS_ADMIN over the own mount namespace is needed. */
    NOT_PERMITTED,
    /** The kernel speaks an older protocol than this room, or answers what it must not. */
    PROTOCOL
  }

  private final Reason reason;

  FuseFailure(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}
