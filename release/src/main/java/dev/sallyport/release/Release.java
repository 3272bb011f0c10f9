package dev.sallyport.release;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.risk.ReleaseRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One release as the log tells it. Owned by {@link Projection}, guarded by its owner's lock. */
final class Release {
  private final Filed filed;
  private final ReleaseRequest request;
  private final List<Filed> approvals = new ArrayList<>();
  private State state = State.IN_REVIEW;
  private String reason = "requested";
  private long activationIndex = -1;
  private @Nullable Instant activated;

  Release(Filed filed) throws BadInput {
    this.filed = filed;
    this.request = ReleaseRequest.parse(filed.signed());
  }

  Digest id() {
    return filed.id();
  }

  Filed filed() {
    return filed;
  }

  ReleaseRequest request() {
    return request;
  }

  State state() {
    return state;
  }

  /** Why the release is in its state, as the last entry says. */
  String reason() {
    return reason;
  }

  List<Filed> approvals() {
    return List.copyOf(approvals);
  }

  Optional<Instant> activated() {
    return Optional.ofNullable(activated);
  }

  long activationIndex() {
    return activationIndex;
  }

  void approve(Filed approval) {
    approvals.add(approval);
  }

  void move(State next, long index, Instant time, String why) throws BadInput {
    state = state.to(next);
    reason = why;
    if (next == State.ACTIVE) {
      activationIndex = index;
      activated = time;
    }
  }
}
