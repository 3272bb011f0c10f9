package dev.sallyport.risk;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One release as the log tells it. Owned by {@link History}, guarded by its owner's lock. */
public final class Release {
  private final Requested requested;
  private final List<Approval> approvals = new ArrayList<>();
  private State state = State.IN_REVIEW;
  private String reason = "requested";
  private @Nullable Instant activated;
  private @Nullable Instant ended;

  Release(Requested requested) {
    this.requested = requested;
  }

  public Digest id() {
    return requested.id();
  }

  public Requested requested() {
    return requested;
  }

  public ReleaseRequest request() {
    return requested.request();
  }

  public State state() {
    return state;
  }

  /** Why the release is in its state, as the last entry says. */
  public String reason() {
    return reason;
  }

  /** All that were given, withdrawn ones too. */
  public List<Approval> approvals() {
    return List.copyOf(approvals);
  }

  /** The time of the entry by which it came into force. */
  public Optional<Instant> activated() {
    return Optional.ofNullable(activated);
  }

  /** The time of the entry that suspended or revoked it, whichever came first. */
  public Optional<Instant> ended() {
    return Optional.ofNullable(ended);
  }

  void approve(Approval approval) {
    approvals.add(approval);
  }

  void move(State next, Instant time, String why) throws BadInput {
    state = state.to(next);
    reason = why;
    if (next == State.ACTIVE) {
      activated = time;
    }
    if (state.isResumable() && ended == null) {
      ended = time;
    }
  }
}
