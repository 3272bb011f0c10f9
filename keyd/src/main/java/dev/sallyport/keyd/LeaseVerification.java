package dev.sallyport.keyd;

import dev.sallyport.attest.Attestation;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Refusal;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.LeaseRequest;
import dev.sallyport.keys.Recipient;
import dev.sallyport.keys.Signed;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.risk.Gate;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Reason;
import dev.sallyport.risk.ReleaseFile;
import dev.sallyport.risk.ReleaseRequest;
import dev.sallyport.risk.Thresholds;
import dev.sallyport.risk.Verdict;
import dev.sallyport.tlog.CosignedCheckpoint;
import dev.sallyport.tlog.UnverifiedCheckpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One run of the verification of a lease bundle, in the order of spec/key-release.md §4.3. The
 * first step that fails refuses. Pure: memory and time are given, nothing is changed.
 */
final class LeaseVerification {
  /** How much older than the last cosignature a bundle's checkpoint may be. */
  static final Duration CHECKPOINT_LAG = Duration.ofSeconds(60);

  private final Pins pins;
  private final Memory memory;
  private final Instant now;

  /** What was verified. */
  record Granted(
      LeaseRequest request,
      Digest requestId,
      Recipient recipient,
      Instant notAfter,
      List<Digest> basis,
      long policy,
      long thresholds,
      long commands,
      List<Attestation> attestations) {}

  private record Papers(
      Signed policy,
      Signed thresholds,
      AllowedCommands commands,
      Policy readPolicy,
      long thresholdsVersion) {}

  LeaseVerification(Pins pins, Memory memory, Instant now) {
    this.pins = pins;
    this.memory = memory;
    this.now = now;
  }

  Granted verify(Bundle bundle) throws Refusal {
    checkTrustRoot(bundle);
    LeaseRequest request = checkRequest(bundle.request());
    Recipient recipient = Code.REQUEST.check(() -> Recipient.fromHex(request.recipient()));
    CosignedCheckpoint checkpoint = checkCheckpoint(bundle.checkpoint());
    checkProofs(bundle, checkpoint);
    Papers papers = checkPapers(bundle);
    ReleaseFile file = checkStatements(bundle, papers);
    Verdict.Allow allow = checkGate(file);
    checkModel(request, file.request());
    Code.COMMAND.require(
        papers.commands().allows(request.command()),
        "command " + request.command().brief() + " is not in the signed list");
    List<Attestation> attestations = Hardware.verify(pins.hardware(), request, recipient, now);
    Hardware.requireAccepted(
        papers.readPolicy().attestation(allow.zone(), allow.audience()), attestations);
    return new Granted(
        request,
        bundle.request().id(),
        recipient,
        earlier(allow.notAfter(), now.plusSeconds(papers.readPolicy().leaseSeconds())),
        basis(bundle),
        papers.readPolicy().version(),
        papers.thresholdsVersion(),
        papers.commands().version(),
        attestations);
  }

  private void checkTrustRoot(Bundle bundle) throws Refusal {
    Code.TRUST_ROOT.require(
        bundle.trustRoot().id().equals(pins.root().id()),
        "trust root " + bundle.trustRoot().id().brief() + " is not the pinned one");
    Code.REVOKED.require(!memory.sealed(), "keyd holds more revocations than it can remember");
  }

  private LeaseRequest checkRequest(Envelope envelope) throws Refusal {
    LeaseRequest request =
        Code.REQUEST.check(() -> LeaseRequest.parse(envelope.statementBy(pins.root().keeper())));
    Code.REQUEST.require(
        request.keeper().equals(pins.root().keeper().id()), "request names another keeper");
    Fresh.require(request.at(), request.nonce(), memory, now);
    return request;
  }

  /** Also that of a {@link LoggedIntent}. */
  CosignedCheckpoint checkCheckpoint(String note) throws Refusal {
    CosignedCheckpoint c =
        Code.CHECKPOINT.check(
            () -> UnverifiedCheckpoint.parse(note).verify(pins.log(), pins.witness()));
    Duration lag = Duration.between(c.cosigned(), memory.cosigned());
    Code.CHECKPOINT.require(
        lag.compareTo(CHECKPOINT_LAG) <= 0,
        "checkpoint was cosigned "
            + lag.toSeconds()
            + " s before the last one; limit "
            + CHECKPOINT_LAG.toSeconds()
            + " s");
    Code.CHECKPOINT.require(
        c.size() >= memory.floor(),
        "checkpoint of " + c.size() + " entries; a revocation came at " + memory.floor());
    // More than was ever cosigned: only a restored, older state of keyd can see this.
    Code.CHECKPOINT.require(
        c.size() <= memory.head().size(),
        "checkpoint of " + c.size() + " entries; keyd knows of " + memory.head().size());
    return c;
  }

  private static void checkProofs(Bundle bundle, CosignedCheckpoint checkpoint) throws Refusal {
    Code.PROOF.check(() -> {
      LoggedFacts facts = LoggedFacts.prove(bundle, checkpoint);
      facts.need("policy.set", bundle.policy().id());
      facts.need("thresholds.set", bundle.thresholds().id());
      if (bundle.commands().isPresent()) {
        facts.need("commands.set", bundle.commands().get().id());
      }
      facts.need("release.requested", bundle.releaseRequest().id());
      facts.need("release.activated", bundle.releaseRequest().id());
      for (Envelope evidence : bundle.evidence()) {
        facts.need("evidence.added", evidence.id());
      }
      for (Envelope approval : bundle.approvals()) {
        facts.need("release.approved", approval.id());
      }
      facts.need("lease.intended", bundle.request().id());
      return facts;
    });
  }

  private Papers checkPapers(Bundle bundle) throws Refusal {
    TrustRoot root = pins.root();
    Signed policy = Code.POLICY.check(() -> root.verify(bundle.policy()));
    Signed thresholds = Code.POLICY.check(() -> root.verify(bundle.thresholds()));
    Policy readPolicy = Code.POLICY.check(() -> Policy.parse(policy));
    Thresholds readThresholds = Code.POLICY.check(() -> Thresholds.parse(thresholds));
    AllowedCommands commands =
        bundle.commands().isPresent()
            ? Code.COMMAND.check(() -> AllowedCommands.parse(root.verify(bundle.commands().get())))
            : AllowedCommands.NONE;
    requireNotOlder("policy", readPolicy.version());
    requireNotOlder("thresholds", readThresholds.version());
    if (bundle.commands().isPresent()) {
      requireNotOlder("commands", commands.version());
    }
    return new Papers(policy, thresholds, commands, readPolicy, readThresholds.version());
  }

  private void requireNotOlder(String document, long version) throws Refusal {
    Code.POLICY.require(
        version >= memory.document(document),
        document
            + " version "
            + version
            + "; version "
            + memory.document(document)
            + " was seen before");
  }

  private ReleaseFile checkStatements(Bundle bundle, Papers papers) throws Refusal {
    Signed request = Code.APPROVAL.check(() -> pins.root().verify(bundle.releaseRequest()));
    List<Signed> evidence = verifyAll(Code.EVIDENCE, bundle.evidence());
    List<Signed> approvals = verifyAll(Code.APPROVAL, bundle.approvals());
    requireNotRevoked("release", request.id());
    for (Signed signed : evidence) {
      requireNotRevoked("evidence", signed.id());
    }
    for (Signed signed : approvals) {
      requireNotRevoked("approval", signed.id());
    }
    return new ReleaseFile(
        pins.root(), papers.policy(), papers.thresholds(), request, evidence, approvals, Set.of());
  }

  private List<Signed> verifyAll(Code code, List<Envelope> envelopes) throws Refusal {
    List<Signed> out = new ArrayList<>();
    for (Envelope envelope : envelopes) {
      out.add(code.check(() -> pins.root().verify(envelope)));
    }
    return out;
  }

  private void requireNotRevoked(String what, Digest id) throws Refusal {
    Code.REVOKED.require(!memory.isRevoked(id), what + " " + id.brief() + " is revoked");
  }

  private Verdict.Allow checkGate(ReleaseFile file) throws Refusal {
    return switch (Gate.judge(file, now)) {
      case Verdict.Allow allow -> allow;
      case Verdict.Deny deny -> throw Code.GATE.because(text(deny.reasons()));
      case Verdict.Await await -> throw Code.GATE.because(text(await.reasons()));
    };
  }

  private static String text(List<Reason> reasons) {
    return reasons.stream().limit(5).map(Reason::text).collect(Collectors.joining("; "));
  }

  private static void checkModel(LeaseRequest request, Signed signedRelease) throws Refusal {
    ReleaseRequest release = Code.MODEL.check(() -> ReleaseRequest.parse(signedRelease));
    Code.MODEL.require(
        request.release().equals(signedRelease.id()), "request is for another release");
    Code.MODEL.require(
        request.model().equals(release.model()) && request.manifest().equals(release.manifest()),
        "request is for another model than the release");
  }

  private static List<Digest> basis(Bundle bundle) {
    List<Digest> ids = new ArrayList<>();
    bundle.evidence().forEach(e -> ids.add(e.id()));
    bundle.approvals().forEach(a -> ids.add(a.id()));
    return ids.stream().sorted().distinct().toList();
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }
}
