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

  /** NV index taken. */
  static final int NV_DEFINED = 0x14C;

  private final int code;

  TpmRefusal(int code) {
    super("the TPM refuses: response code 0x" + Integer.toHexString(code));
    // format one carries the number of the handle, session or parameter: not part of the meaning
    this.code = (code & FORMAT_ONE) != 0 ? code & FORMAT_ONE_CODE : code;
  }

  boolean is(int expected) {
    return code == expected;
  }
}
