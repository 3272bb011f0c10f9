package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Refusal;
import dev.sallyport.custody.KeyRing;
import dev.sallyport.custody.KeyUnavailable;
import dev.sallyport.keys.Secret;

/** Opens keys under a root key; the caller closes them. */
final class Unwrap {
  private Unwrap() {}

  /** One message for every cause: another root key, model or version, or altered bytes. */
  static Secret key(KeyRing root, byte[] wrapped, byte[] context) throws Refusal {
    try {
      return root.unwrap(wrapped, context);
    } catch (KeyUnavailable e) {
      throw Code.ROOT_KEY.because(e);
    } catch (BadInput e) {
      Refusal refusal = Code.KEY.because("wrapped key does not open for this model and version");
      refusal.initCause(e);
      throw refusal;
    }
  }
}
