package dev.sallyport.custody;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;

/**
 * The root key in a file, in the clear (0600) or under a passphrase. Wrapping is AES-256-GCM with a
 * random nonce under a key derived from the root key (spec/sealed-weights.md §3).
 */
public final class RootKey implements KeyProvider {
  private static final String FILE_LABEL = "sallyport root key v1";
  private static final String MAGIC = "SPW1";

  /** A wrapped key: magic, key id, nonce, encrypted key, tag; in bytes. */
  public static final int WRAPPED_LENGTH = WrappedKey.LENGTH;

  private final Secret wrapping;
  private final byte[] id;
  private final Home home;

  /** Where the key rests while nobody uses it. */
  @FunctionalInterface
  public interface Home {
    /** Destroys it there. */
    void erase() throws KeyUnavailable;
  }

  private RootKey(Secret root, Home home) {
    this.home = home;
    try (root;
        Secret idBytes = root.expand(label("sallyport/root-key/id/v1"), 16)) {
      this.wrapping = root.expand(label("sallyport/root-key/wrap/v1"), Secret.KEY_LENGTH);
      this.id = idBytes.use(b -> Arrays.copyOf(b, WrappedKey.ID));
    }
  }

  /** Makes a root key and writes it, in the clear, to a new file that only its owner may read. */
  public static RootKey create(Path file) throws IOException {
    Secret root = Secret.random();
    KeyFile.create(file, FILE_LABEL, root);
    return new RootKey(root, () -> KeyFile.erase(file));
  }

  /** Makes a root key and writes it under a passphrase, which the caller wipes. */
  public static RootKey create(Path file, char[] passphrase) throws IOException {
    Secret root = Secret.random();
    PassphraseFile.create(file, root, passphrase);
    return new RootKey(root, () -> KeyFile.erase(file));
  }

  /**
   * The root key of these 32 bytes, which another provider keeps; it becomes their owner.
   *
   * @param home where they rest
   */
  public static RootKey of(Secret root, Home home) {
    return new RootKey(root, home);
  }

  /** Reads a root key that lies in the clear. */
  public static RootKey open(Path file) throws IOException, BadInput {
    if (PassphraseFile.is(file)) {
      throw new BadInput(KeyFile.name(file) + " is protected by a passphrase; none was given");
    }
    return new RootKey(KeyFile.read(file, FILE_LABEL), () -> KeyFile.erase(file));
  }

  /**
   * Reads a root key under a passphrase, which the caller wipes.
   *
   * @throws BadInput with one message for a wrong passphrase and for a damaged file
   */
  public static RootKey open(Path file, char[] passphrase) throws IOException, BadInput {
    return new RootKey(PassphraseFile.open(file, passphrase), () -> KeyFile.erase(file));
  }

  /** Whether a file that is there keeps its key under a passphrase. */
  public static boolean underPassphrase(Path file) throws IOException, BadInput {
    return Files.exists(file) && PassphraseFile.is(file);
  }

  /** Destroys the root key of a file without opening it, so without its passphrase. */
  public static void destroy(Path file) throws KeyUnavailable {
    KeyFile.erase(file);
  }

  @Override
  public String keyId() {
    return HexFormat.of().formatHex(id);
  }

  @Override
  public byte[] wrap(Secret key, byte[] associatedData) {
    try {
      return WrappedKey.seal(
          MAGIC,
          id,
          key,
          (n, head, plain) ->
              WrappedKey.crypt(wrapping, Cipher.ENCRYPT_MODE, n, head, plain, associatedData));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("internal error: every JDK has AES-GCM", e);
    }
  }

  @Override
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
      throw WrappedKey.doesNotOpen(e);
    }
  }

  @Override
  public void destroy() throws KeyUnavailable {
    close();
    home.erase();
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
    return "RootKey[id=" + keyId() + "]";
  }
}
