package dev.sallyport.risk;

import dev.sallyport.core.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Taking up where a release was suspended or stopped (DESIGN §9: resumption by full quorum,
 * spec/evidence.md §3): the audience was reached once, one step at a time, so no dwell time begins
 * anew. It is a request like any other, with a quorum and evidence of its own; the old release
 * stays ended. What watches the model must have been seen effective since the end.
 */
final class Resumption {
  private final Policy policy;
  private final ReleaseRequest request;
  private final Circumstances.Step.Resuming step;
  private final List<Reason> against = new ArrayList<>();

  Resumption(Policy policy, ReleaseRequest request, Circumstances.Step.Resuming step) {
    this.policy = policy;
    this.request = request;
    this.step = step;
  }

  /** Resuming is for a stop that people looked into, not for a release that was given up. */
  static Instant until(Policy policy, Instant ended) {
    return ended.plus(Duration.ofDays(policy.approvalDays()));
  }

  /** What speaks against it now. */
  List<Reason> against(Controls shown, Instant now) {
    step.former()
        .ifPresentOrElse(
            was -> check(was, shown, now), () -> deny("is not in the log, or never was in force"));
    return against;
  }

  private void check(Circumstances.Former was, Controls shown, Instant now) {
    if (!was.manifest().equals(request.manifest())) {
      deny("is of another model");
    }
    if (request.audience().widerThan(was.audience())) {
      deny("was to " + was.audience() + ", not to " + request.audience());
    }
    if (!was.state().isResumable()) {
      deny("is " + was.state() + ", neither suspended nor revoked");
    }
    was.ended().ifPresent(ended -> checkSince(ended, shown, now));
  }

  private void checkSince(Instant ended, Controls shown, Instant now) {
    Instant until = until(policy, ended);
    if (!now.isBefore(until)) {
      deny("ended at " + ended + ", could be resumed until " + until);
    }
    Promotion.unwatched(Rule.RESUMPTION, policy, request, shown, ended).forEach(against::add);
  }

  private void deny(String observed) {
    String id = request.resumes().map(Digest::brief).orElse("");
    against.add(new Reason(Rule.RESUMPTION, "release " + id, observed));
  }
}
