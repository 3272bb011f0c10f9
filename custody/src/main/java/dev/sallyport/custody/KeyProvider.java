package dev.sallyport.custody;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Secret;

/**
 * Something that holds a root key and wraps data keys under it: a file ({@link RootKey}), a PKCS
 * #11 token, a TPM. The root key never leaves it. Every provider passes the contract test {@code
 * KeyProviderContract}.
 *
 * <p>Safe for several threads. Closed by its owner.
 */
public interface KeyProvider extends AutoCloseable {
  /** Names the root key in wrapped keys and in operator logs: 16 hex digits. */
  String keyId();

  /**
   * Wraps a 32-byte key.
   *
   * @return bytes that {@link #unwrap} opens with equal associated data; never twice the same
   */
  byte[] wrap(Secret key, byte[] associatedData);

  /**
   * Opens a wrapped key.
   *
   * @throws BadInput with one message for every cause: another root key, other associated data,
   *     altered or cut bytes
   */
  Secret unwrap(byte[] wrapped, byte[] associatedData) throws BadInput;

  @Override
  void close();
}
