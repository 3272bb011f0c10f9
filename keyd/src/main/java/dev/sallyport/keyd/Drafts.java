package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.custody.DataKeys;
import dev.sallyport.custody.KeyRing;
import dev.sallyport.custody.KeyUnavailable;
import dev.sallyport.custody.RecipientKey;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Recipient;
import dev.sallyport.keys.SealResume;
import dev.sallyport.keys.Secret;
import java.time.Duration;

/**
 * Keeps the data key of a sealing that is under way, so that one that was interrupted can go on
 * (spec/key-release.md §3).
 *
 * <p>INVARIANT: a draft opens only until its version was wrapped for good; from then on its key
 * leaves keyd by a lease alone.
 */
final class Drafts {
  private final Pins pins;
  private final RecipientKey recipient;
  private final KeyRing root;
  private final Store store;

  Drafts(Pins pins, RecipientKey recipient, KeyRing root, Store store) {
    this.pins = pins;
    this.recipient = recipient;
    this.root = root;
    this.store = store;
  }

  /** Answers {@code draft}. */
  Json.Obj keep(Json.Obj request) throws Refusal {
    String model = Code.REQUEST.check(() -> request.string("model"));
    long version = Code.REQUEST.check(() -> request.integer("version"));
    byte[] key = Code.REQUEST.check(() -> request.base64("key"));
    requireUnfinished(store.memory(), model, version);
    byte[] context = DataKeys.draftContext(model, version);
    try (Secret dataKey = Code.KEY.check(() -> recipient.unwrap(key, context))) {
      return Json.obj().put("draft", root.wrap(dataKey, context)).build();
    } catch (KeyUnavailable e) {
      throw Code.ROOT_KEY.because(e);
    }
  }

  /** Answers {@code resume}. */
  Json.Obj resume(Json.Obj request) throws Refusal {
    Envelope envelope = Code.REQUEST.check(() -> Envelope.parse(request.object("request")));
    byte[] draft = Code.REQUEST.check(() -> request.base64("draft"));
    SealResume resume = Code.REQUEST.check(() -> SealResume.parse(pins.root().verify(envelope)));
    Recipient to = Code.REQUEST.check(() -> Recipient.fromHex(resume.recipient()));
    Code.REQUEST.require(
        resume.draft().equals(Digest.of(draft)), "request is about another wrapped key");
    try (Secret dataKey = open(draft, resume)) {
      byte[] wrapped = to.wrap(dataKey, DataKeys.resumeContext(envelope.id()));
      // INVARIANT: the nonce is durable, and the version still open, before the key leaves.
      store.change((memory, now) -> {
        requireUnfinished(memory, resume.model(), resume.version());
        Duration age = Duration.between(resume.at(), now);
        Code.REQUEST.require(
            age.compareTo(LeaseVerification.REQUEST_LIFE) <= 0
                && age.compareTo(LeaseVerification.SKEW.negated()) >= 0,
            "request is " + age.toSeconds() + " s old");
        Code.REPLAY.require(
            !memory.nonces().containsKey(resume.nonce())
                && memory.nonces().size() < Memory.MAX_NONCES,
            "nonce of the request was used before, or too many are kept");
        return memory.used(resume.nonce(), now);
      });
      return Json.obj().put("key", wrapped).build();
    }
  }

  private Secret open(byte[] draft, SealResume resume) throws Refusal {
    try {
      return root.unwrap(draft, DataKeys.draftContext(resume.model(), resume.version()));
    } catch (KeyUnavailable e) {
      throw Code.ROOT_KEY.because(e);
    } catch (BadInput e) {
      throw Code.KEY.because(e);
    }
  }

  private static void requireUnfinished(Memory memory, String model, long version) throws Refusal {
    long last = memory.models().getOrDefault(model, 0L);
    Code.MODEL.require(
        version > last, "version " + version + " of the model is sealed; the last one is " + last);
  }
}
