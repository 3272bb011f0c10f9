package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.custody.DataKeys;
import dev.sallyport.custody.KeyRing;
import dev.sallyport.custody.KeyUnavailable;
import dev.sallyport.custody.RecipientKey;
import dev.sallyport.keys.Secret;

/** Takes data keys from sealers and wraps them under the root key (spec/key-release.md §3). */
final class Wrapping {
  private static final int MAX_NAME = 128;

  private final RecipientKey recipient;
  private final KeyRing root;
  private final Carrying carrying;
  private final Store store;

  Wrapping(RecipientKey recipient, KeyRing root, Store store) {
    this.recipient = recipient;
    this.root = root;
    this.carrying = new Carrying(root);
    this.store = store;
  }

  /** Answers {@code wrap}. */
  Json.Obj wrap(Json.Obj request) throws Refusal {
    String model = Code.REQUEST.check(() -> request.string("model"));
    long version = Code.REQUEST.check(() -> request.integer("version"));
    Digest manifest = Code.REQUEST.check(() -> request.digest("manifest"));
    byte[] key = Code.REQUEST.check(() -> request.base64("key"));
    Code.REQUEST.require(
        version >= 1 && !model.isEmpty() && model.length() <= MAX_NAME,
        "model name of " + model.length() + " characters, version " + version);
    byte[] context = DataKeys.context(model, version, manifest);
    Json.Obj carried = carried(model, version, manifest, request);
    try (Secret dataKey = Code.KEY.check(() -> recipient.unwrap(key, context))) {
      byte[] wrapped = wrapped(dataKey, context);
      // INVARIANT: a version of a model is wrapped once, and versions only go up.
      store.change((memory, now) -> next(memory, model, version));
      Json.Builder answer = Json.obj().put("wrapped", wrapped);
      carried.members().forEach(answer::put);
      return answer.build();
    }
  }

  /**
   * Answers {@code rewrap}: the same data key under the current root key. Nothing is encrypted anew
   * and no version is spent; whoever asks learns no key.
   */
  Json.Obj rewrap(Json.Obj request) throws Refusal {
    String model = Code.REQUEST.check(() -> request.string("model"));
    long version = Code.REQUEST.check(() -> request.integer("version"));
    Digest manifest = Code.REQUEST.check(() -> request.digest("manifest"));
    byte[] old = Code.REQUEST.check(() -> request.base64("wrapped"));
    Json.Builder answer =
        Json.obj().put("wrapped", anew(old, DataKeys.context(model, version, manifest)));
    if (request.find("carry").isPresent()) {
      byte[] carry = Code.REQUEST.check(() -> request.base64("carry"));
      answer.put("carry", anew(carry, DataKeys.carryContext(model, version, manifest)));
    }
    return answer.build();
  }

  private byte[] anew(byte[] old, byte[] context) throws Refusal {
    try (Secret key = Unwrap.key(root, old, context)) {
      return wrapped(key, context);
    }
  }

  private byte[] wrapped(Secret dataKey, byte[] context) throws Refusal {
    try {
      return root.wrap(dataKey, context);
    } catch (KeyUnavailable e) {
      throw Code.ROOT_KEY.because(e);
    }
  }

  private Json.Obj carried(String model, long version, Digest manifest, Json.Obj request)
      throws Refusal {
    if (request.find("reuse").isEmpty()) {
      return Json.obj().build();
    }
    try {
      return carrying.carry(model, version, manifest, request.object("reuse"));
    } catch (BadInput e) {
      throw Code.KEY.because(e);
    } catch (KeyUnavailable e) {
      throw Code.ROOT_KEY.because(e);
    }
  }

  private static Memory next(Memory memory, String model, long version) throws Refusal {
    long last = memory.models().getOrDefault(model, 0L);
    Code.MODEL.require(
        version > last, "version " + version + " of the model; the last one was " + last);
    Code.MODEL.require(
        last > 0 || memory.models().size() < Memory.MAX_MODELS,
        "too many models: " + Memory.MAX_MODELS);
    return memory.wrapped(model, version);
  }
}
