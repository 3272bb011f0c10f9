package dev.sallyport.custody;

import java.io.IOException;

/**
 * The root key cannot be reached: token or TPM gone, PIN wrong or locked, platform state changed,
 * key destroyed. Says nothing about the bytes that were to be opened.
 */
public final class KeyUnavailable extends IOException {
  private static final long serialVersionUID = 1L;

  /** What failed. */
  public enum Reason {
    /** The PIN is wrong, or an attempt at it was one too many. */
    PIN,
    /** No device, no token, no module, or it stopped answering. */
    DEVICE,
    /** The device answers, but has no such key, or one that it would give away. */
    KEY,
    /** The platform is not in the state to which the key is sealed. */
    PLATFORM
  }

  private final Reason reason;

  public KeyUnavailable(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public KeyUnavailable(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
