package dev.sallyport.server;

import dev.sallyport.audit.AuditFailure;
import dev.sallyport.audit.AuditLog;
import dev.sallyport.audit.Receipt;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.LeaseRequest;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.release.BundleParts;
import dev.sallyport.release.ReleaseView;
import dev.sallyport.tlog.CosignedCheckpoint;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Logs that a lease will be asked for, and hands the keeper what keyd must see (spec/key-release.md
 * §4, step 1). keyd verifies all of it again.
 */
final class Bundles {
  private final Book book;
  private final TrustRoot root;
  private final Envelope rootEnvelope;

  Bundles(Book book, TrustRoot root, Envelope rootEnvelope) {
    this.book = book;
    this.root = root;
    this.rootEnvelope = rootEnvelope;
  }

  /** Answers {@code lease.intend}. */
  Json.Obj intend(Json.Obj message) throws Refusal, BadInput {
    Envelope envelope = Envelope.parse(message.object("request"));
    LeaseRequest request = LeaseRequest.parse(envelope.statementBy(root.keeper()));
    BundleParts parts =
        book.governance()
            .bundle(request.release())
            .orElseThrow(() -> Code.GATE.because(whyNot(request.release())));
    ReleaseView release =
        book.governance()
            .show(request.release())
            .orElseThrow(() -> Code.UNKNOWN.because("release is not known"));
    if (!release.model().equals(request.model())
        || !release.manifest().equals(request.manifest())) {
      throw Code.GATE.because("release is of " + release.model() + ", not of the model asked for");
    }
    return build(envelope, parts);
  }

  private String whyNot(Digest release) {
    Optional<ReleaseView> view = book.governance().show(release);
    return view.flatMap(v -> v.why().stream().findFirst().map(r -> r.text()))
        .orElseGet(() -> "release is " + view.map(v -> v.state().name()).orElse("not in the log"));
  }

  private Json.Obj build(Envelope request, BundleParts parts) throws Refusal, BadInput {
    try {
      // INVARIANT: no entry, no key: the intent is durable and witnessed before the keeper has it.
      Receipt intent =
          book.append("lease.intended", Json.obj().put("request", request.toJson()).build());
      CosignedCheckpoint checkpoint = book.log().cosign();
      Optional<Registry.Kept> commands = book.read(Registry::commands);
      List<Long> indices = new ArrayList<>(parts.indices());
      commands.ifPresent(kept -> indices.add(kept.index()));
      indices.add(intent.index());
      Json.Builder bundle =
          Json.obj()
              .put("request", request.toJson())
              .put("trustRoot", rootEnvelope.toJson())
              .put("policy", parts.policy().toJson())
              .put("thresholds", parts.thresholds().toJson())
              .put("releaseRequest", parts.request().toJson())
              .put("evidence", envelopes(parts.evidence()))
              .put("approvals", envelopes(parts.approvals()))
              .put("checkpoint", checkpoint.note())
              .put("proofs", proofs(indices, checkpoint.size()));
      commands.ifPresent(kept -> bundle.put("commands", kept.envelope().toJson()));
      return Json.obj().put("bundle", bundle.build()).build();
    } catch (AuditFailure e) {
      throw refusal(e);
    }
  }

  /** A failure of the log as its peer sees it. */
  static Refusal refusal(AuditFailure e) {
    Code code =
        switch (e.reason()) {
          case WITNESS_UNAVAILABLE, WITNESS_REFUSED -> Code.WITNESS;
          case TOO_LARGE -> Code.REQUEST;
          case OVERLOADED, CLOSED, LOCKED, STORAGE, CORRUPT -> Code.LOG;
        };
    return code.because(String.valueOf(e.getMessage()));
  }

  private Json proofs(List<Long> indices, long size) throws AuditFailure {
    AuditLog log = book.log();
    List<Json> proofs = new ArrayList<>();
    for (long index : indices) {
      proofs.add(proof(log, index, size));
    }
    return Json.arr(proofs);
  }

  /** The proof for keyd that an entry is in the log: {@code {checkpoint, proof}}. */
  static Json.Obj proven(AuditLog log, Receipt receipt) throws AuditFailure {
    CosignedCheckpoint checkpoint = log.cosign();
    return Json.obj()
        .put("checkpoint", checkpoint.note())
        .put("proof", proof(log, receipt.index(), checkpoint.size()))
        .build();
  }

  /** An entry and its way to the root of the tree of this size. */
  private static Json.Obj proof(AuditLog log, long index, long size) throws AuditFailure {
    List<String> hashes =
        log.prove(index, size).hashes().stream()
            .map(h -> Base64.getEncoder().encodeToString(h.bytes()))
            .toList();
    return Json.obj()
        .put("index", index)
        .put("entry", log.leaf(index))
        .put("hashes", Json.strings(hashes))
        .build();
  }

  private static Json envelopes(List<Envelope> envelopes) {
    return Json.arr(envelopes.stream().map(Envelope::toJson).toList());
  }
}
