package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.keys.ApprovedOrder;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Recipient;
import dev.sallyport.keys.Signed;
import dev.sallyport.keys.UnsealOrder;
import dev.sallyport.keys.UnsealRequest;
import dev.sallyport.tlog.CosignedCheckpoint;
import dev.sallyport.tlog.Merkle;
import java.time.Duration;
import java.time.Instant;

/**
 * One run of the verification that precedes a plaintext copy, in the order of spec/key-release.md
 * §10. The first step that fails refuses. Pure: memory and time are given, nothing is changed.
 */
final class UnsealVerification {
  private final Pins pins;
  private final Memory memory;
  private final Instant now;

  /** What was verified. */
  record Granted(
      ApprovedOrder order, UnsealRequest request, Digest requestId, Recipient recipient) {}

  UnsealVerification(Pins pins, Memory memory, Instant now) {
    this.pins = pins;
    this.memory = memory;
    this.now = now;
  }

  Granted verify(UnsealPapers papers) throws Refusal {
    Code.REVOKED.require(!memory.sealed(), "keyd holds more revocations than it can remember");
    ApprovedOrder order = checkOrder(papers.order());
    UnsealRequest request = checkRequest(papers.request(), order);
    Recipient recipient = Code.REQUEST.check(() -> Recipient.fromHex(request.recipient()));
    CosignedCheckpoint checkpoint =
        new LeaseVerification(pins, memory, now).checkCheckpoint(papers.checkpoint());
    checkProof(papers, checkpoint);
    return new Granted(order, request, papers.request().id(), recipient);
  }

  private ApprovedOrder checkOrder(Envelope envelope) throws Refusal {
    Signed signed = Code.APPROVAL.check(() -> pins.root().verify(envelope));
    UnsealOrder order = Code.ORDER.check(() -> UnsealOrder.parse(signed.statement()));
    ApprovedOrder approved = Code.APPROVAL.check(() -> ApprovedOrder.of(signed));
    Code.TRUST_ROOT.require(
        order.trustRoot().equals(pins.root().id()), "order is for another installation");
    Code.ORDER.check(() -> {
      order.requireCurrent(now, LeaseVerification.SKEW);
      return order;
    });
    Code.REVOKED.require(!memory.isRevoked(approved.id()), "order was withdrawn");
    Code.REPLAY.require(!memory.isSpent(approved.id()), "order was used before; it is good once");
    return approved;
  }

  private UnsealRequest checkRequest(Envelope envelope, ApprovedOrder order) throws Refusal {
    UnsealRequest request =
        Code.REQUEST.check(() -> UnsealRequest.parse(envelope.statementBy(order.holder().key())));
    Code.REQUEST.require(request.order().equals(order.id()), "request is for another order");
    Duration age = Duration.between(request.at(), now);
    Code.REQUEST.require(
        age.compareTo(LeaseVerification.REQUEST_LIFE) <= 0
            && age.compareTo(LeaseVerification.SKEW.negated()) >= 0,
        "request is "
            + age.toSeconds()
            + " s old; limit "
            + LeaseVerification.REQUEST_LIFE.toSeconds()
            + " s");
    Code.REPLAY.require(
        !memory.nonces().containsKey(request.nonce().hex()),
        "nonce of the request was used before");
    Code.REPLAY.require(
        memory.nonces().size() < Memory.MAX_NONCES, "too many requests within a few minutes");
    return request;
  }

  /** INVARIANT: no entry, no key; and the entry holds order and request with their signatures. */
  private static void checkProof(UnsealPapers papers, CosignedCheckpoint checkpoint)
      throws Refusal {
    Code.PROOF.check(() -> {
      byte[] leaf = papers.proof().leaf();
      papers.proof().proof(checkpoint.size()).verify(Merkle.leafHash(leaf), checkpoint.root());
      Json.Obj entry = Json.parseObject(leaf);
      if (!entry.string("type").equals(UnsealPapers.INTENDED)
          || !entry.object("data").equals(papers.entryData())) {
        throw new BadInput("entry is not " + UnsealPapers.INTENDED + " of this order and request");
      }
      return entry;
    });
  }
}
