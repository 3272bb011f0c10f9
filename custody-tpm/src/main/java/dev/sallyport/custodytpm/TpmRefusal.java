package dev.sallyport.custodytpm;

import java.io.IOException;

/** The TPM answered with a response code other than success (TPM 2.0 Library part 2, §6.6). */
final class TpmRefusal extends IOException {
  private static final long serialVersionUID = 1L;

  private static final int FORMAT_ONE = 0x080;
  private static final int FORMAT_ONE_CODE = 0x0BF;

  /** Lockout after too many failed authorizations. */
  static final int LOCKOUT = 0x921;

  /** The policy session does not satisfy the object's policy. */
  static final int POLICY_FAIL = 0x09D;

  /** PCRs changed between PolicyPCR and use. */
  static final int PCR_CHANGED = 0x128;

  /** No such handle, or no such NV index. */
  static final int HANDLE = 0x08B;

  /** A sealed object of another TPM, or of this one before it was cleared. */
  static final int INTEGRITY = 0x09F;

  /** A wrong HMAC or password, with and without a count towards lockout. */
  static final int AUTH_FAIL = 0x08E;

  static final int BAD_AUTH = 0x0A2;

  private static final int YIELDED = 0x908;
  private static final int TESTING = 0x90A;
  private static final int NV_RATE = 0x920;
  private static final int RETRY = 0x922;

  private final int code;

  TpmRefusal(int code) {
    super("the TPM refuses: response code 0x" + Integer.toHexString(code));
    // format one carries the number of the handle, session or parameter: not part of the meaning
    this.code = (code & FORMAT_ONE) != 0 ? code & FORMAT_ONE_CODE : code;
  }

  /** Whether the command was not begun, and may be sent again. */
  boolean later() {
    return code == YIELDED || code == TESTING || code == NV_RATE || code == RETRY;
  }

  boolean is(int expected) {
    return code == expected;
  }
}
