package dev.sallyport.keeper;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.custody.DataKeys;
import dev.sallyport.custody.RecipientKey;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Lease;
import dev.sallyport.keys.LeaseRequest;
import dev.sallyport.keys.Nonce;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.vault.ModelKeys;
import dev.sallyport.vault.SealedModel;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;

/** Gets leases: intent at the server, key at keyd (spec/key-release.md §4). Thread-safe. */
final class Leasing {
  private final TrustRoot root;
  private final SigningKey key;
  private final String host;
  private final HostEvidence hardware;
  private final Peers peers;
  private final Reporter reporter;
  private final InstantSource clock;

  /** A verified lease; {@code envelope} is what {@code watch} wants. */
  record Held(Lease lease, Envelope envelope) {}

  Leasing(
      TrustRoot root,
      SigningKey key,
      String host,
      HostEvidence hardware,
      Peers peers,
      Reporter reporter,
      InstantSource clock) {
    this.root = root;
    this.key = key;
    this.host = host;
    this.hardware = hardware;
    this.peers = peers;
    this.reporter = reporter;
    this.clock = clock;
  }

  /** A new lease and the keys of the model, which the caller closes. */
  record Opened(Held held, ModelKeys keys) {}

  /** Gets a lease and opens the key that comes with it. */
  Opened open(RunRequest run, SealedModel model) throws IOException, BadInput, Refusal {
    try (RecipientKey oneTime = RecipientKey.generate()) {
      Json.Obj answer = ask(run, model, oneTime, Optional.empty());
      Held held = verify(run, model, answer);
      return new Opened(held, keys(oneTime, answer, held.lease().id(), model));
    }
  }

  private static ModelKeys keys(
      RecipientKey oneTime, Json.Obj answer, String lease, SealedModel model)
      throws IOException, BadInput {
    byte[] key = answer.base64("key");
    if (model.carry().isEmpty()) {
      return ModelKeys.of(oneTime.unwrap(key, DataKeys.leaseContext(lease)));
    }
    Secret carry = oneTime.unwrap(answer.base64("carry"), DataKeys.leaseCarryContext(lease));
    try {
      return ModelKeys.of(oneTime.unwrap(key, DataKeys.leaseContext(lease)), carry);
    } catch (BadInput e) {
      carry.close();
      throw e;
    }
  }

  /** Gets a lease that follows another; the key that comes with it stays wrapped for ever. */
  Held renew(RunRequest run, SealedModel model, Lease old) throws IOException, BadInput, Refusal {
    try (RecipientKey oneTime = RecipientKey.generate()) {
      return verify(run, model, ask(run, model, oneTime, Optional.of(old.id())));
    }
  }

  private Json.Obj ask(
      RunRequest run, SealedModel model, RecipientKey oneTime, Optional<String> renews)
      throws IOException, BadInput, Refusal {
    Nonce nonce = Nonce.fresh();
    LeaseRequest request =
        new LeaseRequest(
            run.model().value(),
            model.manifest(),
            run.release(),
            oneTime.recipient().hex(),
            key.verifyingKey().id(),
            host,
            run.commandDigest(),
            nonce.hex(),
            clock.instant(),
            renews,
            hardware.of(nonce, oneTime.recipient()));
    Envelope envelope = Envelope.sign(request.statement(), key);
    try {
      peers.intend(envelope);
      Json.Obj answer = peers.lease(envelope, model);
      reporter.report(
          "lease.granted",
          Json.obj()
              .put("request", envelope.id())
              .put("lease", Envelope.parse(answer.object("lease")).id())
              .build());
      return answer;
    } catch (Refusal refusal) {
      reporter.report(
          "lease.refused",
          Json.obj().put("request", envelope.id()).put("reason", refusal.code()).build());
      throw refusal;
    }
  }

  private Held verify(RunRequest run, SealedModel model, Json.Obj answer) throws BadInput {
    Envelope envelope = Envelope.parse(answer.object("lease"));
    Lease lease = Lease.parse(envelope.statementBy(root.keyd()));
    boolean fits =
        lease.model().equals(run.model().value())
            && lease.manifest().equals(model.manifest())
            && lease.release().equals(run.release());
    if (!fits) {
      throw new BadInput("lease " + Json.clip(lease.id()) + " is for another model or release");
    }
    return new Held(lease, envelope);
  }
}
