package dev.sallyport.sealer;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.custody.DataKeys;
import dev.sallyport.custody.RecipientKey;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.ModelScan;
import dev.sallyport.keys.ModelSealed;
import dev.sallyport.keys.Nonce;
import dev.sallyport.keys.Recipient;
import dev.sallyport.keys.SealResume;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.vault.ModelName;
import dev.sallyport.vault.Reuse;
import dev.sallyport.vault.SealedFile;
import dev.sallyport.vault.SealedModel;
import dev.sallyport.vault.Staging;
import dev.sallyport.vault.WrappedKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** The two processes that sealing needs: keyd wraps the data key, the server logs the model. */
record Desk(Daemon keyd, Daemon server) {
  static Desk at(Path home) {
    return new Desk(Daemon.keyd(home), Daemon.server(home));
  }

  /** Has keyd wrap the data key of a sealing that begins, so that it can be gone on with. */
  byte[] draft(
      Recipient recipient, ModelName model, long version, SigningKey signer, Secret dataKey)
      throws Failure {
    Digest who = signer.verifyingKey().id();
    byte[] context = DataKeys.draftContext(model.value(), version, who);
    Json.Obj answer =
        keyd.ask(
            Json.obj()
                .put("op", "draft")
                .put("model", model.value())
                .put("version", version)
                .put("signer", who)
                .put("key", recipient.wrap(dataKey, context))
                .build(),
            Failure.BAD_INPUT);
    try {
      return answer.base64("draft");
    } catch (BadInput e) {
      throw keyd.nonsense(e);
    }
  }

  /**
   * Asks for the data key of a sealing that was interrupted: the server logs it, keyd gives it. The
   * caller closes it.
   *
   * @throws Refusal if one of them does not want to (any more)
   */
  Secret resume(SigningKey signer, ModelName model, Staging.Begun begun, Instant now)
      throws Refusal, Failure, IOException, BadInput {
    try (RecipientKey oneTime = RecipientKey.generate()) {
      byte[] draft = begun.draft();
      SealResume resume =
          new SealResume(
              model.value(),
              Digest.of(draft),
              begun.version(),
              oneTime.recipient().hex(),
              Nonce.fresh(),
              now);
      Envelope request = Envelope.sign(resume.statement(), signer);
      Json.Obj logged =
          server.askOrRefuse(
              Json.obj().put("op", "seal.resume").put("envelope", request.toJson()).build());
      Json.Obj answer =
          keyd.askOrRefuse(
              Json.obj()
                  .put("op", "resume")
                  .put("draft", draft)
                  .put("request", request.toJson())
                  .put("checkpoint", logged.string("checkpoint"))
                  .put("proof", logged.object("proof"))
                  .build());
      return oneTime.unwrap(answer.base64("key"), DataKeys.resumeContext(request.id()));
    }
  }

  /** Has keyd wrap the keys under the root key (spec/key-release.md §3). */
  WrappedKeys wrap(
      Recipient recipient, ModelName model, Staging.Draft draft, Digest manifest, Secret dataKey)
      throws Failure, IOException, BadInput {
    byte[] context = DataKeys.context(model.value(), draft.version(), manifest);
    Json.Builder request =
        Json.obj()
            .put("op", "wrap")
            .put("model", model.value())
            .put("version", draft.version())
            .put("manifest", manifest)
            .put("key", recipient.wrap(dataKey, context));
    if (draft.reuse().isPresent()) {
      request.put("reuse", reuse(draft.reuse().get(), draft.payload()));
    }
    Json.Obj answer = keyd.ask(request.build(), Failure.BAD_INPUT);
    try {
      byte[] data = answer.base64("wrapped");
      return draft.reuse().isEmpty()
          ? WrappedKeys.of(data)
          : new WrappedKeys(
              answer.string("wrapped"),
              Optional.of(answer.string("carry")),
              answer.strings("carried"));
    } catch (BadInput e) {
      throw keyd.nonsense(e);
    }
  }

  private static Json reuse(Reuse reuse, byte[] manifest) throws IOException, BadInput {
    SealedModel base = reuse.base();
    Json.Builder json =
        Json.obj()
            .put("version", base.version())
            .put("wrapped", base.wrapped())
            .put("base", base.payload())
            .put("manifest", manifest)
            .put("files", Json.arr(reuse.files().entrySet().stream().map(Desk::pair).toList()));
    base.carry().ifPresent(carry -> json.put("carry", carry));
    return json.build();
  }

  private static Json pair(Map.Entry<Integer, SealedFile> file) {
    Json.Builder json = Json.obj().put("index", file.getKey()).put("base", file.getValue().index());
    file.getValue().carried().ifPresent(carried -> json.put("key", carried.key()));
    return json.build();
  }

  /** Has the server log the model; when this returns, the entry is durable. */
  void log(SealedModel sealed, ModelScan scan, SigningKey signer) throws Failure {
    ModelSealed statement =
        new ModelSealed(
            sealed.model().value(),
            sealed.manifest(),
            sealed.version(),
            sealed.headerDigest(),
            sealed.files().size(),
            sealed.bytes(),
            Optional.of(scan));
    Json envelope = Envelope.sign(statement.statement(), signer).toJson();
    server.ask(
        Json.obj().put("op", "log.sealed").put("envelope", envelope).build(), Failure.BAD_INPUT);
  }
}
