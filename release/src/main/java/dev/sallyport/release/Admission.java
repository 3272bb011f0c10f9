package dev.sallyport.release;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Signed;
import dev.sallyport.risk.Approval;
import dev.sallyport.risk.Attested;
import dev.sallyport.risk.ControlEvidence;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Reason;
import dev.sallyport.risk.ReleaseRequest;
import dev.sallyport.risk.Rule;
import dev.sallyport.risk.Thresholds;
import dev.sallyport.risk.Verdict;
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

  private final Projection log;
  private final Instant now;

  /** The entry type to append, and what speaks against it. */
  record Ruling(String type, boolean known, List<Reason> against) {}

  Admission(Projection log, Instant now) {
    this.log = log;
    this.now = now;
  }

  Ruling rule(Signed signed) throws BadInput {
    return switch (signed.statement().predicateType()) {
      case Policy.PREDICATE_TYPE -> policy(signed);
      case Thresholds.PREDICATE_TYPE -> thresholds(signed);
      case Evaluation.PREDICATE_TYPE, ControlEvidence.PREDICATE_TYPE -> evidence(signed);
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

  private Ruling policy(Signed signed) throws BadInput {
    Policy next = Policy.parse(signed);
    Optional<Projection.InForce<Policy>> current = log.policy();
    boolean known = current.filter(c -> c.filed().id().equals(signed.id())).isPresent();
    return new Ruling(
        EntryType.POLICY_SET,
        known,
        newer(Rule.POLICY, "policy", current.map(c -> c.document().version()), next.version()));
  }

  private Ruling thresholds(Signed signed) throws BadInput {
    Thresholds next = Thresholds.parse(signed);
    Optional<Projection.InForce<Thresholds>> current = log.thresholds();
    boolean known = current.filter(c -> c.filed().id().equals(signed.id())).isPresent();
    return new Ruling(
        EntryType.THRESHOLDS_SET,
        known,
        newer(
            Rule.THRESHOLDS,
            "thresholds",
            current.map(c -> c.document().version()),
            next.version()));
  }

  private static List<Reason> newer(Rule rule, String what, Optional<Long> inForce, long version) {
    try {
      Projection.requireNewer(what, inForce, version);
      return List.of();
    } catch (BadInput e) {
      return List.of(new Reason(rule, what, String.valueOf(e.getMessage())));
    }
  }

  private Ruling evidence(Signed signed) throws BadInput {
    Attested attested = Attested.parse(signed);
    List<Reason> against = new ArrayList<>();
    refuseEarly(attested.evidence().observed(), Rule.EVIDENCE_FRESH, "observed", against);
    return new Ruling(EntryType.EVIDENCE_ADDED, log.evidence(signed.id()).isPresent(), against);
  }

  private Ruling request(Signed signed) throws BadInput {
    ReleaseRequest request = ReleaseRequest.parse(signed);
    List<Reason> against = new ArrayList<>();
    boolean sealed = log.manifest(request.model()).filter(request.manifest()::equals).isPresent();
    if (!sealed) {
      against.add(
          new Reason(
              Rule.REQUEST,
              "model " + Json.clip(request.model()),
              request.manifest().brief() + " is not its last sealed version"));
    }
    Optional<Standing> standing = Standing.at(log, now);
    if (standing.isEmpty()) {
      against.add(new Reason(Rule.REQUEST_PINS, "policy and thresholds", "not in force yet"));
    }
    standing.ifPresent(s -> {
      if (s.judge(signed, request, List.of()) instanceof Verdict.Deny deny) {
        against.addAll(deny.reasons());
      }
      s.dwell(request.manifest(), request.audience()).ifPresent(against::add);
    });
    return new Ruling(EntryType.RELEASE_REQUESTED, log.release(signed.id()).isPresent(), against);
  }

  private Ruling approval(Signed signed) throws BadInput {
    Approval approval = Approval.parse(signed);
    List<Reason> against = new ArrayList<>();
    Optional<Release> release = log.release(approval.release());
    boolean open =
        release.filter(r -> r.state() == State.IN_REVIEW || r.state() == State.ACTIVE).isPresent();
    if (!open) {
      String seen = release.map(r -> "is " + r.state()).orElse("is not in the log");
      against.add(new Reason(Rule.APPROVAL, "release " + approval.release().brief(), seen));
    } else {
      against.addAll(unfit(release.get(), signed));
    }
    return new Ruling(
        EntryType.RELEASE_APPROVED, log.releaseOfApproval(signed.id()).isPresent(), against);
  }

  /** What the gate would say of this approval alone. */
  private List<Reason> unfit(Release release, Signed approval) {
    return Standing.at(log, now)
        .map(s ->
            switch (s.judge(release.filed().signed(), release.request(), List.of(approval))) {
              case Verdict.Allow a -> List.<Reason>of();
              case Verdict.Deny deny -> deny.reasons();
              case Verdict.Await await ->
                  await.reasons().stream().filter(r -> r.rule() == Rule.APPROVAL).toList();
            })
        .orElse(List.of());
  }

  private Ruling withdrawal(Signed signed) throws BadInput {
    Withdrawal w = Withdrawal.parse(signed);
    List<Reason> against = new ArrayList<>();
    Optional<List<Person>> authors = authors(w);
    String place = w.kind().label() + " " + w.target().brief();
    if (authors.isEmpty()) {
      against.add(new Reason(Rule.WITHDRAWN, place, "is not in the log"));
    } else if (!w.isAllowedFor(authors.get())) {
      against.add(new Reason(Rule.WITHDRAWN, place, "is not the signer's to withdraw"));
    }
    refuseEarly(w.at(), Rule.WITHDRAWN, "withdrawn at", against);
    boolean again = log.withdrawn().contains(w.target()) && !w.strikes();
    return new Ruling(EntryType.WITHDRAWN, again, against);
  }

  private Optional<List<Person>> authors(Withdrawal w) {
    Digest target = w.target();
    return switch (w.kind()) {
      case EVIDENCE -> log.evidence(target).map(h -> h.attested().assessors());
      case RELEASE -> log.release(target).map(r -> r.filed().signed().signers());
      case APPROVAL ->
          log.releaseOfApproval(target)
              .flatMap(r -> r.approvals().stream().filter(a -> a.id().equals(target)).findFirst())
              .map(a -> a.signed().signers());
      // Not in the log before it is used: who may withdraw it is a matter of roles alone.
      case UNSEAL -> Optional.of(List.of());
    };
  }

  private void refuseEarly(Instant stated, Rule rule, String place, List<Reason> against) {
    if (stated.isAfter(now.plus(SKEW))) {
      against.add(new Reason(rule, place, stated + " is after " + now));
    }
  }
}
