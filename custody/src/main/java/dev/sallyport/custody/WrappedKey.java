package dev.sallyport.custody;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * The bytes of a data key under a root key: magic, key id, nonce, then the key under AES-256-GCM
 * with magic and id before the associated data (spec/sealed-weights.md §3). Pure layout; the
 * providers do the cryptography.
 */
final class WrappedKey {
  static final int ID = 8;
  static final int NONCE = 12;
  static final int HEAD = 4 + ID;
  static final int BOX = Secret.KEY_LENGTH + 16;
  static final int LENGTH = HEAD + NONCE + BOX;

  static final String DOES_NOT_OPEN = "wrapped key does not open with this root key";

  private final byte[] bytes;

  private WrappedKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /** An AES-256-GCM operation under a root key. */
  @FunctionalInterface
  interface Crypt<X extends Exception> {
    byte[] run(byte[] nonce, byte[] head, byte[] input) throws X;
  }

  /** Wraps with a fresh nonce. */
  static <X extends Exception> byte[] seal(String magic, byte[] id, Secret key, Crypt<X> crypt)
      throws X {
    if (key.length() != Secret.KEY_LENGTH) {
      throw new IllegalArgumentException("internal error: only 32-byte keys are wrapped");
    }
    byte[] nonce = new byte[NONCE];
    new SecureRandom().nextBytes(nonce);
    byte[] head =
        ByteBuffer.allocate(HEAD).put(magic.getBytes(StandardCharsets.US_ASCII)).put(id).array();
    byte[] box = key.use(plain -> crypt.run(nonce, head, plain));
    return ByteBuffer.allocate(LENGTH).put(head).put(nonce).put(box).array();
  }

  /** Takes apart; only the length is looked at. */
  static WrappedKey parse(byte[] wrapped) throws BadInput {
    if (wrapped.length != LENGTH) {
      throw new BadInput(
          "wrapped key of " + wrapped.length + " bytes; this root key's have " + LENGTH);
    }
    return new WrappedKey(wrapped.clone());
  }

  byte[] head() {
    return Arrays.copyOf(bytes, HEAD);
  }

  byte[] nonce() {
    return Arrays.copyOfRange(bytes, HEAD, HEAD + NONCE);
  }

  byte[] box() {
    return Arrays.copyOfRange(bytes, HEAD + NONCE, LENGTH);
  }

  /**
   * AES-256-GCM under a key that is here in memory. The key id is a hint for people: it is
   * authenticated, and a wrong one fails like a wrong tag.
   */
  static byte[] crypt(
      Secret wrapping, int mode, byte[] nonce, byte[] head, byte[] input, byte[] associatedData)
      throws GeneralSecurityException {
    return wrapping.withKey(
        "AES",
        key -> {
          Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
          cipher.init(mode, key, new GCMParameterSpec(128, nonce));
          cipher.updateAAD(head);
          cipher.updateAAD(associatedData);
          return cipher.doFinal(input);
        });
  }

  static BadInput doesNotOpen(Throwable cause) {
    return new BadInput(DOES_NOT_OPEN, cause);
  }
}
