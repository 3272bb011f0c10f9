package dev.sallyport.sealer;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.custody.DataKeys;
import dev.sallyport.custody.RecipientKey;
import dev.sallyport.keys.ApprovedOrder;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Nonce;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.keys.UnsealOrder;
import dev.sallyport.keys.UnsealRequest;
import dev.sallyport.vault.ModelKeys;
import dev.sallyport.vault.ModelName;
import dev.sallyport.vault.SealedModel;
import dev.sallyport.vault.Vault;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/** One plaintext copy from start to end (spec/key-release.md §10). */
final class UnsealRun {
  private static final int MAX_TRUST_ROOT = 1 << 20;
  private static final int MAX_ORDER = 1 << 16;

  private final UnsealArguments arguments;
  private final Report report;
  private final InstantSource clock;
  private final TrustRoot root;
  private final Envelope envelope;
  private final ApprovedOrder approved;
  private final SigningKey holder;
  private final UnsealDesk desk;

  private UnsealRun(
      UnsealArguments arguments,
      Report report,
      InstantSource clock,
      TrustRoot root,
      Envelope envelope,
      SigningKey holder)
      throws BadInput {
    this.arguments = arguments;
    this.report = report;
    this.clock = clock;
    this.root = root;
    this.envelope = envelope;
    this.approved = ApprovedOrder.of(root.verify(envelope));
    this.holder = holder;
    this.desk = UnsealDesk.at(arguments.home());
    if (!approved.holder().key().equals(holder.verifyingKey())) {
      throw new BadInput("the order is for " + approved.holder().name() + ", not for this key");
    }
    approved.order().requireCurrent(clock.instant(), Duration.ZERO);
  }

  /** Reads everything that the run needs and checks it before anything is asked for. */
  static UnsealRun of(UnsealArguments arguments, Report report, InstantSource clock)
      throws BadInput, Failure {
    try {
      Path rootFile = arguments.home().resolve("trust-root.json");
      TrustRoot root = TrustRoot.parse(Envelope.parse(Bounded.read(rootFile, MAX_TRUST_ROOT)));
      Envelope order = Envelope.parse(Bounded.read(arguments.order(), MAX_ORDER));
      SigningKey holder = SigningKey.read(arguments.signer());
      return new UnsealRun(arguments, report, clock, root, order, holder);
    } catch (IOException e) {
      throw new Failure(Failure.BAD_INPUT, Wording.of("cannot read", e), e);
    }
  }

  /** Copies and returns {@code {order, model, version, manifest, files, bytes}}. */
  Json.Obj run() throws BadInput, Failure {
    SealedModel model;
    PlaintextCopy copy;
    try {
      model = model(approved.order());
      copy = PlaintextCopy.prepare(arguments.target(), model.bytes());
    } catch (IOException e) {
      throw new Failure(Failure.IO, Wording.of("cannot read vault or target", e), e);
    }
    try (RecipientKey oneTime = RecipientKey.generate()) {
      UnsealRequest asked =
          new UnsealRequest(
              approved.id(), oneTime.recipient().hex(), Nonce.fresh(), clock.instant());
      Envelope request = Envelope.sign(asked.statement(), holder);
      Json.Obj intent = desk.intend(envelope, request);
      new Attempt(model, copy, request.id()).make(oneTime, request, intent);
    }
    return Json.obj()
        .put("order", approved.id())
        .put("model", model.model().value())
        .put("version", model.version())
        .put("manifest", model.manifest())
        .put("files", model.files().size())
        .put("bytes", model.bytes())
        .build();
  }

  private SealedModel model(UnsealOrder order) throws IOException, BadInput {
    Vault vault = new Vault(arguments.home().resolve("vault"));
    SealedModel model = vault.open(ModelName.parse(order.model()), order.version(), root);
    if (!model.manifest().equals(order.manifest())) {
      throw new BadInput(
          "manifest in the vault is "
              + model.manifest().brief()
              + "; the order is for "
              + order.manifest().brief());
    }
    return model;
  }

  /** From the logged intent on: whatever happens is reported, and nothing half is left. */
  private final class Attempt {
    private final SealedModel model;
    private final PlaintextCopy copy;
    private final Digest request;
    private boolean given;

    Attempt(SealedModel model, PlaintextCopy copy, Digest request) {
      this.model = model;
      this.copy = copy;
      this.request = request;
    }

    void make(RecipientKey oneTime, Envelope signed, Json.Obj intent) throws Failure {
      try (ModelKeys keys = keys(oneTime, signed, intent)) {
        write(keys);
        logDone();
        publish();
      } catch (RuntimeException | Error e) {
        undo(e, "internal");
        throw e;
      }
    }

    private ModelKeys keys(RecipientKey oneTime, Envelope signed, Json.Obj intent) throws Failure {
      try {
        Json.Obj answer = desk.keys(envelope, signed, intent, model);
        given = true;
        return opened(oneTime, answer);
      } catch (Failure e) {
        throw undone(e, "keyd");
      } catch (IOException e) {
        throw undone(
            new Failure(Failure.UNAVAILABLE, Wording.of("cannot read the vault", e), e), "vault");
      } catch (BadInput e) {
        throw undone(new Failure(Failure.UNAVAILABLE, "key of keyd does not open", e), "keyd");
      }
    }

    private ModelKeys opened(RecipientKey oneTime, Json.Obj answer) throws IOException, BadInput {
      byte[] key = answer.base64("key");
      if (model.carry().isEmpty()) {
        return ModelKeys.of(oneTime.unwrap(key, DataKeys.unsealContext(request)));
      }
      byte[] context = DataKeys.unsealCarryContext(request);
      Secret carry = oneTime.unwrap(answer.base64("carry"), context);
      try {
        return ModelKeys.of(oneTime.unwrap(key, DataKeys.unsealContext(request)), carry);
      } catch (BadInput e) {
        carry.close();
        throw e;
      }
    }

    private void write(ModelKeys keys) throws Failure {
      try {
        copy.write(model, keys, report);
      } catch (IOException e) {
        throw undone(cannotWrite(e), "write");
      } catch (BadInput e) {
        String message = String.valueOf(e.getMessage());
        throw undone(new Failure(Failure.BAD_INPUT, message, e), "damaged");
      }
    }

    /** INVARIANT: a copy is not in its place before the log says that it was made. */
    private void logDone() throws Failure {
      Json.Obj done = ids().put("files", model.files().size()).put("bytes", model.bytes()).build();
      try {
        desk.report("unseal.done", done);
      } catch (Failure e) {
        throw undone(e, "log");
      }
    }

    private void publish() throws Failure {
      try {
        copy.publish();
      } catch (IOException e) {
        throw undone(cannotWrite(e), "write");
      }
    }

    private Json.Builder ids() {
      return Json.obj().put("order", approved.id()).put("request", request);
    }

    private Failure cannotWrite(IOException e) {
      return new Failure(Failure.IO, Wording.of("cannot write the copy", e), e);
    }

    private Failure undone(Failure cause, String reason) {
      undo(cause, reason);
      return cause;
    }

    private void undo(Throwable cause, String reason) {
      // Cleared, or the report below would fail of it.
      String why = Thread.interrupted() ? "interrupted" : reason;
      if (given) {
        report.note("the order is spent, for its key was given; another attempt takes a new one");
      }
      try {
        copy.remove();
      } catch (IOException e) {
        cause.addSuppressed(e);
        report.note(Wording.of("plaintext is left in the target; remove it", e));
      }
      try {
        desk.report("unseal.failed", ids().put("reason", why).build());
      } catch (Failure e) {
        cause.addSuppressed(e);
        report.note("the server could not be told: " + e.getMessage());
      }
    }
  }
}
