package dev.sallyport.keyd;

import dev.sallyport.core.Digest;
import dev.sallyport.keys.Envelope;
import dev.sallyport.risk.Approval;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.ReleaseRequest;
import dev.sallyport.risk.Zone;
import java.time.Duration;

/** A quorum that is not one. To partners takes two approvers, among them a security admin. */
final class ApprovalAttacks {
  private ApprovalAttacks() {}

  /** Asks for what takes two approvals; one is there. */
  private static void needsOneMore(Hostile s) throws Exception {
    s.f.request(Audience.TRUSTED_PARTNER, Zone.GREEN);
    s.f.approve("sec1");
  }

  private static Attempt with(Hostile s, Envelope... approvals) throws Exception {
    for (Envelope approval : approvals) {
      s.approves(approval);
    }
    s.f.activate();
    return s.lease();
  }

  static Attempt tooFew(Hostile s) throws Exception {
    needsOneMore(s);
    return with(s);
  }

  static Attempt withoutSecurity(Hostile s) throws Exception {
    s.f.request();
    return with(s, s.f.sign(s.approval("aud"), "aud"));
  }

  static Attempt byUnknownKey(Hostile s) throws Exception {
    s.f.request();
    return with(s, Envelope.sign(s.approval("sec1"), s.stranger));
  }

  static Attempt withForgedSignature(Hostile s) throws Exception {
    s.f.request();
    return with(s, s.forged(s.approval("sec1"), s.f.people.get("sec1")));
  }

  static Attempt underAnothersName(Hostile s) throws Exception {
    needsOneMore(s);
    return with(s, s.f.sign(s.approval("sec2"), "sec1"));
  }

  static Attempt samePersonTwice(Hostile s) throws Exception {
    needsOneMore(s);
    return with(s, s.f.sign(s.approval("sec1", Duration.ofDays(4)), "sec1"));
  }

  static Attempt sameApprovalTwice(Hostile s) throws Exception {
    needsOneMore(s);
    return with(s, s.f.approvals.getFirst());
  }

  static Attempt byTheRequester(Hostile s) throws Exception {
    needsOneMore(s);
    return with(s, s.f.sign(s.approval("sys"), "sys"));
  }

  static Attempt byAnAssessor(Hostile s) throws Exception {
    needsOneMore(s);
    return with(s, s.f.sign(s.approval("assessor"), "assessor"));
  }

  static Attempt lapsed(Hostile s) throws Exception {
    s.f.request();
    Attempt last = with(s, s.f.sign(s.approval("sec1", Duration.ofMinutes(1)), "sec1"));
    s.f.now = s.f.now.plusSeconds(60);
    return last;
  }

  /** The same people said yes to the same model for fewer people. */
  static Attempt ofAnotherAudience(Hostile s) throws Exception {
    s.f.request(Audience.TRUSTED_PARTNER, Zone.GREEN);
    Envelope[] partners = approvedByTwo(s);
    s.f.request(Audience.LIMITED, Zone.GREEN);
    return with(s, partners);
  }

  private static Envelope[] approvedByTwo(Hostile s) {
    return new Envelope[] {
      s.f.sign(s.approval("sec1"), "sec1"), s.f.sign(s.approval("sec2"), "sec2")
    };
  }

  static Attempt ofAnotherModel(Hostile s) throws Exception {
    return ofRelease(s, "harmless", Digest.of("manifest of harmless"));
  }

  static Attempt ofAnOlderVersion(Hostile s) throws Exception {
    return ofRelease(s, Fortress.MODEL, Digest.of("manifest of the version before"));
  }

  private static Attempt ofRelease(Hostile s, String model, Digest manifest) throws Exception {
    ReleaseRequest r = ReleaseRequest.parse(s.f.pins.root().verify(s.f.release));
    Envelope other = s.requests(model, manifest, r.audience(), r.areas(), r.evidence());
    Envelope yes =
        s.f.sign(Approval.statement(other.id(), "sec1", r.requested(), r.expires()), "sec1");
    s.f.request();
    return with(s, yes);
  }

  /** What was signed for partners is rewritten for everybody; the signatures are kept. */
  static Attempt audienceRewritten(Hostile s) throws Exception {
    s.f.request(Audience.TRUSTED_PARTNER, Zone.GREEN);
    final Envelope[] yes = approvedByTwo(s);
    final Envelope signed = s.f.release;
    s.f.request(Audience.LIMITED, Zone.GREEN);
    s.unlogged();
    s.f.release = Hostile.altered(signed, s.f.release.unverifiedStatement());
    s.f.log.add("release.requested", Fortress.envelope(s.f.release));
    return with(s, yes);
  }
}
