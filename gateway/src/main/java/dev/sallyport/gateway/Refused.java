package dev.sallyport.gateway;

/** Ends the checks of a request at the first that fails. */
final class Refused extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;

  Refused(Refusal refusal) {
    // No stack trace: a refusal is an outcome, and a flood of them must stay cheap.
    super(refusal.code(), null, false, false);
    this.refusal = refusal;
  }

  Refused(Refusal refusal, Throwable cause) {
    super(refusal.code(), cause, false, false);
    this.refusal = refusal;
  }

  Refusal refusal() {
    return refusal;
  }
}
