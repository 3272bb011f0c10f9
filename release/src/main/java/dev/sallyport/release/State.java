package dev.sallyport.release;

import dev.sallyport.core.BadInput;

/**
 * Where a release stands (DESIGN §9, spec/evidence.md §10). Every change of a release that is in
 * the log is an entry of the log. DRAFT is on the requester's own machine; the first two are those
 * of a {@link ProposedRequest}.
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
  /** Stopped by a machine. It stays so: a new request, approved anew, takes its place. */
  SUSPENDED,
  REVOKED,
  EXPIRED,
  REJECTED,
  WITHDRAWN;

  /** Whether nothing can change it any more. */
  public boolean isFinal() {
    return switch (this) {
      case EVIDENCE_PENDING, ASSESSED, IN_REVIEW, APPROVED, ACTIVE, SUSPENDED -> false;
      case REVOKED, EXPIRED, REJECTED, WITHDRAWN -> true;
    };
  }

  /** Fails unless an entry may take a release from this state to the next. */
  State to(State next) throws BadInput {
    boolean legal =
        switch (next) {
          case ACTIVE, REJECTED, WITHDRAWN -> this == IN_REVIEW;
          case SUSPENDED -> this == ACTIVE;
          case REVOKED -> this == ACTIVE || this == SUSPENDED;
          case EXPIRED -> !isFinal();
          case EVIDENCE_PENDING, ASSESSED, IN_REVIEW, APPROVED -> false;
        };
    if (!legal) {
      throw new BadInput("a release cannot go from " + this + " to " + next);
    }
    return next;
  }
}
