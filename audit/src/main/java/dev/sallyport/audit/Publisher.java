package dev.sallyport.audit;

import dev.sallyport.audit.AuditFailure.Reason;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.tlog.CosignedCheckpoint;
import dev.sallyport.tlog.TreeHead;
import dev.sallyport.tlog.UnverifiedCheckpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Brings checkpoints to the witness and publishes them, one at a time. */
final class Publisher {
  private final LogIdentity identity;
  private final CheckpointSigner signer;
  private final Witness witness;
  private final LogFiles files;
  private final Proofs proofs;
  private final ReentrantLock turn = new ReentrantLock();
  private volatile Optional<CosignedCheckpoint> last;

  /** Makes tiles durable and answers their head. */
  interface Integration {
    TreeHead head() throws AuditFailure, InterruptedException;
  }

  Publisher(
      LogIdentity identity,
      CheckpointSigner signer,
      Witness witness,
      LogFiles files,
      Proofs proofs,
      Optional<CosignedCheckpoint> last) {
    this.identity = identity;
    this.signer = signer;
    this.witness = witness;
    this.files = files;
    this.proofs = proofs;
    this.last = last;
  }

  Optional<CosignedCheckpoint> last() {
    return last;
  }

  CosignedCheckpoint publish(Integration integration) throws AuditFailure, InterruptedException {
    turn.lockInterruptibly();
    try {
      TreeHead head = integration.head();
      String note = signer.sign(head);
      CosignedCheckpoint cosigned = verify(note + ask(head, note));
      files.replace(LogFiles.CHECKPOINT, cosigned.note().getBytes(StandardCharsets.UTF_8));
      last = Optional.of(cosigned);
      return cosigned;
    } catch (IOException e) {
      throw AuditFailure.storage("checkpoint was not written", e);
    } finally {
      turn.unlock();
    }
  }

  /** Asks once, and once more if the witness holds another size than the last checkpoint. */
  private String ask(TreeHead head, String note) throws AuditFailure {
    long oldSize = last.map(CosignedCheckpoint::size).orElse(0L);
    return switch (ask(oldSize, head, note)) {
      case Witness.Answer.Cosigned c -> c.signatureLine();
      case Witness.Answer.Refused r -> throw refused(r);
      // A kill between the witness's answer and our storing it leaves the witness ahead.
      case Witness.Answer.Conflict c when c.size() != oldSize && c.size() <= head.size() ->
          askAgain(c.size(), head, note);
      case Witness.Answer.Conflict c -> throw forked(c, head);
    };
  }

  private String askAgain(long oldSize, TreeHead head, String note) throws AuditFailure {
    return switch (ask(oldSize, head, note)) {
      case Witness.Answer.Cosigned c -> c.signatureLine();
      case Witness.Answer.Refused r -> throw refused(r);
      case Witness.Answer.Conflict c -> throw forked(c, head);
    };
  }

  private Witness.Answer ask(long oldSize, TreeHead head, String note) throws AuditFailure {
    List<Digest> proof = proofs.consistency(oldSize, head.size()).hashes();
    try {
      return witness.cosign(oldSize, proof, note);
    } catch (IOException e) {
      throw new AuditFailure(Reason.WITNESS_UNAVAILABLE, "witness: " + e.getMessage(), e);
    }
  }

  private CosignedCheckpoint verify(String note) throws AuditFailure {
    try {
      return UnverifiedCheckpoint.parse(note).verify(identity.log(), identity.witness());
    } catch (BadInput e) {
      throw new AuditFailure(
          Reason.WITNESS_REFUSED, "witness's signature line: " + e.getMessage(), e);
    }
  }

  private static AuditFailure refused(Witness.Answer.Refused refusal) {
    return new AuditFailure(Reason.WITNESS_REFUSED, "witness refused: " + refusal.message());
  }

  private static AuditFailure forked(Witness.Answer.Conflict conflict, TreeHead head) {
    return new AuditFailure(
        Reason.WITNESS_REFUSED,
        "witness holds a tree of size "
            + conflict.size()
            + " that this log of size "
            + head.size()
            + " does not extend: the log was rolled back or replaced");
  }
}
