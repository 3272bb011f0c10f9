package dev.sallyport.sealer;

/** Why sealing or unsealing ended, with the exit status of {@code sysexits.h} that says so. */
final class Failure extends Exception {
  private static final long serialVersionUID = 1L;

  /** Somebody who may say no said no. */
  static final int REFUSED = 1;

  /** {@code EX_DATAERR}: the source, a key or the arguments. */
  static final int BAD_INPUT = 65;

  /** {@code EX_UNAVAILABLE}: keyd or the server does not answer. */
  static final int UNAVAILABLE = 69;

  /** {@code EX_SOFTWARE}: our bug. */
  static final int INTERNAL = 70;

  /** {@code EX_CANTCREAT}: the vault cannot be written. */
  static final int CANNOT_CREATE = 73;

  /** {@code EX_IOERR}: the plaintext copy cannot be written. */
  static final int IO = 74;

  private final int status;

  Failure(int status, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  int status() {
    return status;
  }
}
