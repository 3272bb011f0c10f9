package dev.sallyport.custody;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;

/**
 * The key under which a version of a model holds the file keys of earlier versions
 * (spec/sealed-weights.md §5). Wraps as a root key does, but is itself wrapped under one. Safe for
 * several threads; closing wipes it.
 */
public final class CarryKey implements AutoCloseable {
  private static final String MAGIC = "SPC1";

  private final Secret wrapping;
  private final byte[] id;

  /** Takes the secret over. */
  public CarryKey(Secret carry) {
    try (carry;
        Secret idBytes = carry.expand(label("sallyport/carry-key/id/v1"), 16)) {
      this.wrapping = carry.expand(label("sallyport/carry-key/wrap/v1"), Secret.KEY_LENGTH);
      this.id = idBytes.use(b -> Arrays.copyOf(b, WrappedKey.ID));
    }
  }

  /** Wraps the key of a file. */
  public byte[] wrap(Secret fileKey, byte[] associatedData) {
    try {
      return WrappedKey.<GeneralSecurityException>seal(
          MAGIC,
          id,
          fileKey,
          (nonce, head, plain) ->
              WrappedKey.crypt(wrapping, Cipher.ENCRYPT_MODE, nonce, head, plain, associatedData));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("internal error: every JDK has AES-GCM", e);
    }
  }

  /**
   * Opens the key of a file.
   *
   * @throws BadInput with one message for every cause
   */
  public Secret unwrap(byte[] wrapped, byte[] associatedData) throws BadInput {
    WrappedKey parts = WrappedKey.parse(wrapped);
    try {
      return Secret.take(
          WrappedKey.crypt(
              wrapping,
              Cipher.DECRYPT_MODE,
              parts.nonce(),
              parts.head(),
              parts.box(),
              associatedData));
    } catch (GeneralSecurityException e) {
      throw new BadInput("file key does not open with this carry key", e);
    }
  }

  private static byte[] label(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    wrapping.close();
  }

  @Override
  public String toString() {
    return "CarryKey[]";
  }
}
