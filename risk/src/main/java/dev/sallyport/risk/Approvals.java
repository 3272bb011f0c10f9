package dev.sallyport.risk;

import static dev.sallyport.risk.Judgement.require;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Signed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The last question of the gate, asked only when all else is well: do enough people say yes? */
final class Approvals {
  private final ReleaseFile file;
  private final Policy policy;
  private final ReleaseRequest request;
  private final List<Attested> evidence;
  private final Instant now;
  private final Quorum quorum = new Quorum();

  Approvals(
      ReleaseFile file,
      Policy policy,
      ReleaseRequest request,
      List<Attested> evidence,
      Instant now) {
    this.file = file;
    this.policy = policy;
    this.request = request;
    this.evidence = evidence;
    this.now = now;
  }

  Verdict verdict() {
    List<Reason> unfit = new ArrayList<>();
    List<Signed> sorted = new ArrayList<>(file.approvals());
    sorted.sort(Comparator.comparing(Signed::id));
    for (Signed signed : sorted) {
      try {
        count(Approval.parse(signed));
      } catch (BadInput e) {
        String place = Judgement.statement(signed.id());
        unfit.add(new Reason(Rule.APPROVAL, place, Judgement.message(e)));
      }
    }
    int needed = policy.quorum(request.audience());
    Optional<Instant> lapses = quorum.lapses(needed);
    if (lapses.isPresent()) {
      return new Verdict.Allow(request.zone(), request.audience(), earliest(lapses.get()));
    }
    unfit.addFirst(
        new Reason(Rule.QUORUM, "approvals", quorum.size() + " people of " + needed + " approve"));
    return new Verdict.Await(unfit.stream().limit(Judgement.MAX_REASONS).toList());
  }

  /** Counts a fit approval; an unfit one is no authority and is named as such. */
  private void count(Approval a) throws BadInput {
    Instant until = earlier(a.expires(), a.approved().plus(Duration.ofDays(policy.approvalDays())));
    String name = a.approver().name();
    require(a.release().equals(file.request().id()), "is for another request");
    require(!file.withdrawn().contains(a.id()), "withdrawn by " + name);
    require(!Freshness.isEarly(a.approved(), now), "given at " + a.approved() + ", after " + now);
    require(now.isBefore(until), "of " + name + " lapsed at " + until);
    // INVARIANT: requester, assessor and approver are distinct people (DESIGN §9). Roles keep them
    // apart already; names are compared as well, so that it does not rest on the ceremony alone.
    require(!named(file.request().signers(), name), name + " made the request");
    for (Attested used : evidence) {
      require(!named(used.assessors(), name), name + " signed evidence in the request");
    }
    quorum.add(a.approver(), until);
  }

  private static boolean named(List<Person> people, String name) {
    return people.stream().anyMatch(p -> p.name().equals(name));
  }

  private Instant earliest(Instant lapses) {
    Instant first = earlier(lapses, request.expires());
    for (Attested a : evidence) {
      first = earlier(first, a.evidence().validUntil());
    }
    return first;
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }
}
