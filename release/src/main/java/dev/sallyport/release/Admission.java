package dev.sallyport.release;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Signed;
import dev.sallyport.risk.Approval;
import dev.sallyport.risk.Attested;
import dev.sallyport.risk.ControlEvidence;
import dev.sallyport.risk.Enacted;
import dev.sallyport.risk.EntryType;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.History;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Reason;
import dev.sallyport.risk.Release;
import dev.sallyport.risk.ReleaseRequest;
import dev.sallyport.risk.Requested;
import dev.sallyport.risk.Rule;
import dev.sallyport.risk.Standing;
import dev.sallyport.risk.State;
import dev.sallyport.risk.Thresholds;
import dev.sallyport.risk.Verdict;
import dev.sallyport.risk.Waiver;
import dev.sallyport.risk.Withdrawal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether a verified statement may enter the log now. It changes nothing. An empty list of reasons
 * means yes.
 */
final class Admission {
  /** How far ahead of ours the clock of a signer may be. */
  private static final Duration SKEW = Duration.ofSeconds(60);

  private final History log;
  private final Instant now;
  private final Optional<Standing> standing;

  /**
   * What becomes of a statement.
   *
   * @param type of the entry to append
   * @param known whether it is in the log already
   * @param against what speaks against it
   * @param release that it is about, if it is about one
   * @param verdict what the gate says of that release once the statement is in the log
   */
  record Ruling(
      String type,
      boolean known,
      List<Reason> against,
      Optional<Digest> release,
      Optional<Verdict> verdict) {
    Ruling(String type, boolean known, List<Reason> against) {
      this(type, known, against, Optional.empty(), Optional.empty());
    }

    /** What an entry records of it, so that anybody can judge again ({@link Replay}). */
    Optional<Verdict> decision() {
      return against.isEmpty() ? verdict : Optional.of(new Verdict.Deny(against));
    }
  }

  Admission(History log, Instant now) {
    this.log = log;
    this.now = now;
    this.standing = Standing.at(log, Standing.Since.ENTRY, now);
  }

  Ruling rule(Signed signed) throws BadInput {
    return switch (signed.statement().predicateType()) {
      case Policy.PREDICATE_TYPE -> policy(signed);
      case Thresholds.PREDICATE_TYPE -> thresholds(signed);
      case Evaluation.PREDICATE_TYPE, ControlEvidence.PREDICATE_TYPE -> evidence(signed);
      case Waiver.PREDICATE_TYPE -> waiver(signed);
      case ReleaseRequest.PREDICATE_TYPE -> request(signed);
      case Approval.PREDICATE_TYPE -> approval(signed);
      case Withdrawal.PREDICATE_TYPE -> withdrawal(signed);
      default ->
          throw new BadInput(
              "predicate type "
                  + Json.clip(signed.statement().predicateType())
                  + " does not govern releases");
    };
  }

  /** A check that the log makes when the entry is applied. */
  private interface Succession {
    void require() throws BadInput;
  }

  private Ruling policy(Signed signed) throws BadInput {
    Enacted<Policy> next = Policy.enacted(signed);
    boolean known = log.policy().filter(p -> p.signed().id().equals(signed.id())).isPresent();
    return new Ruling(
        EntryType.POLICY_SET, known, against(Rule.POLICY, "policy", () -> log.successor(next)));
  }

  private Ruling thresholds(Signed signed) throws BadInput {
    Enacted<Thresholds> next = Thresholds.enacted(signed);
    boolean known = log.thresholds().filter(t -> t.signed().id().equals(signed.id())).isPresent();
    return new Ruling(
        EntryType.THRESHOLDS_SET,
        known,
        against(Rule.THRESHOLDS, "thresholds", () -> log.succeeding(next)));
  }

  private static List<Reason> against(Rule rule, String place, Succession check) {
    try {
      check.require();
      return List.of();
    } catch (BadInput e) {
      return List.of(new Reason(rule, place, String.valueOf(e.getMessage())));
    }
  }

  private Ruling evidence(Signed signed) throws BadInput {
    Attested attested = Attested.parse(signed);
    List<Reason> against = new ArrayList<>();
    refuseEarly(attested.evidence().observed(), Rule.EVIDENCE_FRESH, "observed", against);
    return new Ruling(EntryType.EVIDENCE_ADDED, log.evidence(signed.id()).isPresent(), against);
  }

  private Ruling waiver(Signed signed) throws BadInput {
    Waiver waiver = log.admissible(Waiver.parse(signed));
    List<Reason> against = new ArrayList<>();
    String place = "waiver " + waiver.id().brief();
    if (!now.isBefore(waiver.expires())) {
      against.add(new Reason(Rule.WAIVER, place, "lapsed at " + waiver.expires()));
    }
    boolean never =
        log.policy().filter(p -> p.document().neverWaived().contains(waiver.control())).isPresent();
    if (never) {
      against.add(
          new Reason(Rule.WAIVER, place, "control " + waiver.control() + " is never waived"));
    }
    refuseEarly(waiver.from(), Rule.WAIVER, place + " from", against);
    return new Ruling(EntryType.WAIVER_ADDED, log.waiver(signed.id()).isPresent(), against);
  }

  private Ruling request(Signed signed) throws BadInput {
    Requested requested = Requested.parse(signed);
    ReleaseRequest request = requested.request();
    List<Reason> against = new ArrayList<>();
    boolean sealed = log.manifest(request.model()).filter(request.manifest()::equals).isPresent();
    if (!sealed) {
      against.add(
          new Reason(
              Rule.REQUEST,
              "model " + Json.clip(request.model()),
              request.manifest().brief() + " is not its last sealed version"));
    }
    Optional<Verdict> verdict = standing.map(s -> s.judge(requested, List.of()));
    if (verdict.isEmpty()) {
      against.add(new Reason(Rule.REQUEST_PINS, "policy and thresholds", "not in force yet"));
    } else if (verdict.get() instanceof Verdict.Deny deny) {
      against.addAll(deny.reasons());
    }
    boolean known = log.release(signed.id()).isPresent();
    return new Ruling(
        EntryType.RELEASE_REQUESTED, known, against, Optional.of(signed.id()), verdict);
  }

  private Ruling approval(Signed signed) throws BadInput {
    Approval approval = Approval.parse(signed);
    List<Reason> against = new ArrayList<>();
    Optional<Release> release = log.release(approval.release());
    boolean open =
        release.map(Release::state).filter(s -> s == State.IN_REVIEW || s.isInForce()).isPresent();
    if (!open) {
      String seen = release.map(r -> "is " + r.state()).orElse("is not in the log");
      against.add(new Reason(Rule.APPROVAL, "release " + approval.release().brief(), seen));
    } else {
      against.addAll(unfit(release.get(), approval));
    }
    return new Ruling(
        EntryType.RELEASE_APPROVED,
        log.approval(signed.id()).isPresent(),
        against,
        Optional.of(approval.release()),
        release.flatMap(r -> standing.map(s -> s.judge(r, with(r, approval)))));
  }

  /** The approvals of a release that stand, and one more. */
  private List<Approval> with(Release release, Approval more) {
    List<Approval> all = new ArrayList<>();
    release.approvals().stream().filter(a -> !log.isWithdrawn(a.id())).forEach(all::add);
    all.add(more);
    return all;
  }

  /** What the gate would say of this approval alone. */
  private List<Reason> unfit(Release release, Approval approval) {
    return standing
        .map(s ->
            switch (s.judge(release, List.of(approval))) {
              case Verdict.Allow a -> List.<Reason>of();
              case Verdict.Deny deny -> deny.reasons();
              case Verdict.Await await ->
                  await.reasons().stream().filter(r -> r.rule() == Rule.APPROVAL).toList();
            })
        .orElse(List.of());
  }

  private Ruling withdrawal(Signed signed) throws BadInput {
    Withdrawal w = Withdrawal.parse(signed);
    String place = w.kind().label() + " " + w.target().brief();
    List<Reason> against =
        new ArrayList<>(against(Rule.WITHDRAWN, place, () -> log.requireAllowed(w)));
    refuseEarly(w.at(), Rule.WITHDRAWN, "withdrawn at", against);
    boolean again = log.isWithdrawn(w.target()) && !w.strikes();
    return new Ruling(EntryType.WITHDRAWN, again, against, release(w), Optional.empty());
  }

  private Optional<Digest> release(Withdrawal w) {
    return switch (w.kind()) {
      case RELEASE -> Optional.of(w.target());
      case APPROVAL -> log.approval(w.target()).map(Approval::release);
      case EVIDENCE, WAIVER, UNSEAL -> Optional.empty();
    };
  }

  private void refuseEarly(Instant stated, Rule rule, String place, List<Reason> against) {
    if (stated.isAfter(now.plus(SKEW))) {
      against.add(new Reason(rule, place, stated + " is after " + now));
    }
  }
}
