package dev.sallyport.risk;

import dev.sallyport.core.BadInput;

/**
 * Where a release stands (DESIGN §9, spec/evidence.md §10). Every change of a release that is in
 * the log is an entry of the log. DRAFT is on the requester's own machine; the first two are those
 * of a draft that was not submitted.
 */
public enum State {
  /** The evidence does not carry the request yet. */
  EVIDENCE_PENDING,
  /** The evidence carries the request; nobody has asked yet. */
  ASSESSED,
  IN_REVIEW,
  /** A quorum has approved, something else still holds it back; not in force. */
  APPROVED,
  /** In force, as long as the gate allows at each use. */
  ACTIVE,
  /** In force for its own audience as before; a release to a wider one has come into force. */
  PROMOTED,
  /** Stopped by a machine. It stays so: a request that resumes it takes its place. */
  SUSPENDED,
  REVOKED,
  EXPIRED,
  REJECTED,
  WITHDRAWN;

  /** Whether a lease may rest on it. */
  public boolean isInForce() {
    return this == ACTIVE || this == PROMOTED;
  }

  /** Whether a request may take up where it was ended, with a quorum of its own. */
  public boolean isResumable() {
    return this == SUSPENDED || this == REVOKED;
  }

  /** Whether nothing can change it any more. */
  public boolean isFinal() {
    return switch (this) {
      case EVIDENCE_PENDING, ASSESSED, IN_REVIEW, APPROVED, ACTIVE, PROMOTED, SUSPENDED -> false;
      case REVOKED, EXPIRED, REJECTED, WITHDRAWN -> true;
    };
  }

  /** Fails unless an entry may take a release from this state to the next. */
  State to(State next) throws BadInput {
    boolean legal =
        switch (next) {
          case ACTIVE, REJECTED, WITHDRAWN -> this == IN_REVIEW;
          case PROMOTED -> this == ACTIVE;
          case SUSPENDED -> isInForce();
          case REVOKED -> isInForce() || this == SUSPENDED;
          case EXPIRED -> !isFinal();
          case EVIDENCE_PENDING, ASSESSED, IN_REVIEW, APPROVED -> false;
        };
    if (!legal) {
      throw new BadInput("a release cannot go from " + this + " to " + next);
    }
    return next;
  }
}
