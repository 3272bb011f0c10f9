package dev.sallyport.audit;

/**
 * The log could not do what was asked; the action that needed it must fail (DESIGN invariant 3).
 */
public final class AuditFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** What kind of failure; closed. */
  public enum Reason {
    /** The entry is longer than 65,535 bytes. */
    TOO_LARGE,
    /** Too many appends are waiting; nothing was written. */
    OVERLOADED,
    /** The log was closed; nothing was written. */
    CLOSED,
    /** Another process, or another part of this one, has the log open. */
    LOCKED,
    /** The disk is full or fails; what was not acknowledged is not in the log. */
    STORAGE,
    /** The files are not those that this log wrote. */
    CORRUPT,
    /** The witness did not answer. */
    WITNESS_UNAVAILABLE,
    /** The witness holds a tree that this log does not extend, or refuses for another reason. */
    WITNESS_REFUSED
  }

  AuditFailure(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  AuditFailure(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  static AuditFailure corrupt(String message) {
    return new AuditFailure(Reason.CORRUPT, message);
  }

  static AuditFailure storage(String what, java.io.IOException cause) {
    return new AuditFailure(Reason.STORAGE, what + ": " + cause.getMessage(), cause);
  }
}
