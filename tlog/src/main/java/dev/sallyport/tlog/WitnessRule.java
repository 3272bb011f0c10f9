package dev.sallyport.tlog;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.util.List;

/**
 * The witness of one log as a pure function: a checkpoint is cosigned only if it extends the
 * largest one cosigned before (spec/audit-log.md §4). Holds no state and no private key.
 */
public final class WitnessRule {
  private static final int MAX_PROOF = 63;

  private final LogKey log;

  public WitnessRule(LogKey log) {
    this.log = log;
  }

  /**
   * Decides on a checkpoint.
   *
   * @param last the largest checkpoint cosigned so far, {@link TreeHead#EMPTY} if none
   * @param oldSize the size from which {@code proof} starts, as the log claims
   * @param note the checkpoint, a signed note
   */
  public WitnessDecision decide(TreeHead last, long oldSize, List<Digest> proof, String note) {
    SignedCheckpoint checkpoint;
    try {
      checkpoint = UnverifiedCheckpoint.parse(note).verify(log);
    } catch (BadInput e) {
      return refuse(WitnessDecision.Reason.SIGNATURE, e);
    }
    if (oldSize < 0 || oldSize > checkpoint.size() || proof.size() > MAX_PROOF) {
      return new WitnessDecision.Refuse(
          WitnessDecision.Reason.MALFORMED,
          "old size " + oldSize + ", new size " + checkpoint.size() + ", proof " + proof.size());
    }
    // INVARIANT: a cosigned size never goes back, and one size never has two roots.
    boolean fork = oldSize == checkpoint.size() && !checkpoint.root().equals(last.root());
    if (oldSize != last.size() || fork) {
      return new WitnessDecision.Conflict(last.size());
    }
    try {
      new ConsistencyProof(oldSize, checkpoint.size(), proof)
          .verify(last.root(), checkpoint.root());
    } catch (BadInput e) {
      return refuse(WitnessDecision.Reason.PROOF, e);
    }
    return new WitnessDecision.Cosign(checkpoint.checkpoint().head(), checkpoint);
  }

  private static WitnessDecision refuse(WitnessDecision.Reason reason, BadInput cause) {
    return new WitnessDecision.Refuse(reason, String.valueOf(cause.getMessage()));
  }
}
