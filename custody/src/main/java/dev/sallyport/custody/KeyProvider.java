package dev.sallyport.custody;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Secret;

/**
 * Something that holds a root key and wraps data keys under it: a file ({@link RootKey}), a PKCS
 * #11 token ({@link Pkcs11Key}), a TPM. The root key never leaves it. Every provider passes the
 * contract test {@code KeyProviderContract}.
 *
 * <p>Safe for several threads. Closed by its owner; a closed one throws {@link
 * IllegalStateException}.
 */
public interface KeyProvider extends AutoCloseable {
  /** Names the root key in wrapped keys and in operator logs: 16 hex digits, always the same. */
  String keyId();

  /**
   * Wraps a 32-byte key.
   *
   * @return bytes that {@link #unwrap} opens with equal associated data; never twice the same
   * @throws KeyUnavailable if the root key cannot be reached
   */
  byte[] wrap(Secret key, byte[] associatedData) throws KeyUnavailable;

  /**
   * Opens a wrapped key.
   *
   * @throws BadInput with one message for every cause: another root key, other associated data,
   *     altered or cut bytes
   * @throws KeyUnavailable if the root key cannot be reached
   */
  Secret unwrap(byte[] wrapped, byte[] associatedData) throws BadInput, KeyUnavailable;

  /**
   * Destroys the root key for ever: what was wrapped under it can never be opened again. Closes the
   * provider.
   *
   * @throws KeyUnavailable if it may still exist
   */
  void destroy() throws KeyUnavailable;

  @Override
  void close();
}
