package dev.sallyport.tlog;

import java.time.Instant;

/** What a witness does with a checkpoint (C2SP tlog-witness, add-checkpoint). */
public sealed interface WitnessDecision {
  /**
   * Cosign it. The caller stores {@code next} durably first, in one step with the decision, then
   * signs {@link #message} and answers {@link WitnessKey#signatureLine}.
   */
  record Cosign(TreeHead next, SignedCheckpoint checkpoint) implements WitnessDecision {
    /** The bytes to sign, and the time to put into the signature line. */
    public byte[] message(WitnessKey key, Instant time) {
      return key.message(time, checkpoint.checkpoint().text());
    }
  }

  /** The witness holds another size than the log thinks, or another tree of that size (409). */
  record Conflict(long size) implements WitnessDecision {}

  /** Never cosigned. */
  record Refuse(Reason reason, String message) implements WitnessDecision {}

  /** Why a checkpoint is refused; the numbers are the HTTP status codes of tlog-witness. */
  enum Reason {
    /** The note is not a checkpoint, or the old size exceeds the new one (400). */
    MALFORMED,
    /** The log's signature is missing or wrong (403), or it is another log (404). */
    SIGNATURE,
    /** The proof does not verify (422): the log may be lying. */
    PROOF
  }
}
