package dev.sallyport.custody;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * The root key in a file, in the clear (0600) or under a passphrase. Wrapping is AES-256-GCM with a
 * random nonce under a key derived from the root key (spec/sealed-weights.md §3).
 */
public final class RootKey implements KeyProvider {
  private static final String FILE_LABEL = "sallyport root key v1";
  private static final byte[] MAGIC = "SPW1".getBytes(StandardCharsets.US_ASCII);
  private static final int ID = 8;
  private static final int NONCE = 12;
  private static final int HEAD = 4 + ID + NONCE;

  /** A wrapped key: magic, key id, nonce, encrypted key, tag; in bytes. */
  public static final int WRAPPED_LENGTH = HEAD + Secret.KEY_LENGTH + 16;

  private final Secret wrapping;
  private final byte[] id;

  private RootKey(Secret root) {
    try (root;
        Secret idBytes = root.expand(label("sallyport/root-key/id/v1"), 16)) {
      this.wrapping = root.expand(label("sallyport/root-key/wrap/v1"), Secret.KEY_LENGTH);
      this.id = idBytes.use(b -> Arrays.copyOf(b, ID));
    }
  }

  /** Makes a root key and writes it, in the clear, to a new file that only its owner may read. */
  public static RootKey create(Path file) throws IOException {
    Secret root = Secret.random();
    KeyFile.create(file, FILE_LABEL, root);
    return new RootKey(root);
  }

  /** Makes a root key and writes it under a passphrase, which the caller wipes. */
  public static RootKey create(Path file, char[] passphrase) throws IOException {
    Secret root = Secret.random();
    PassphraseFile.create(file, root, passphrase);
    return new RootKey(root);
  }

  /** Reads a root key that lies in the clear. */
  public static RootKey open(Path file) throws IOException, BadInput {
    if (PassphraseFile.is(file)) {
      throw new BadInput(KeyFile.name(file) + " is protected by a passphrase; none was given");
    }
    return new RootKey(KeyFile.read(file, FILE_LABEL));
  }

  /**
   * Reads a root key under a passphrase, which the caller wipes.
   *
   * @throws BadInput with one message for a wrong passphrase and for a damaged file
   */
  public static RootKey open(Path file, char[] passphrase) throws IOException, BadInput {
    return new RootKey(PassphraseFile.open(file, passphrase));
  }

  @Override
  public String keyId() {
    return HexFormat.of().formatHex(id);
  }

  @Override
  public byte[] wrap(Secret key, byte[] associatedData) {
    if (key.length() != Secret.KEY_LENGTH) {
      throw new IllegalArgumentException("internal error: only 32-byte keys are wrapped");
    }
    byte[] nonce = new byte[NONCE];
    new SecureRandom().nextBytes(nonce);
    byte[] head = ByteBuffer.allocate(HEAD).put(MAGIC).put(id).put(nonce).array();
    try {
      byte[] box = key.use(plain -> crypt(Cipher.ENCRYPT_MODE, head, plain, associatedData));
      return ByteBuffer.allocate(WRAPPED_LENGTH).put(head).put(box).array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("internal error: every JDK has AES-GCM", e);
    }
  }

  @Override
  public Secret unwrap(byte[] wrapped, byte[] associatedData) throws BadInput {
    if (wrapped.length != WRAPPED_LENGTH) {
      throw new BadInput(
          "wrapped key of " + wrapped.length + " bytes; this root key's have " + WRAPPED_LENGTH);
    }
    byte[] head = Arrays.copyOf(wrapped, HEAD);
    byte[] box = Arrays.copyOfRange(wrapped, HEAD, wrapped.length);
    try {
      return Secret.take(crypt(Cipher.DECRYPT_MODE, head, box, associatedData));
    } catch (GeneralSecurityException e) {
      throw new BadInput("wrapped key does not open with this root key", e);
    }
  }

  // The key id is a hint for people: it is authenticated, and a wrong one fails like a wrong tag.
  private byte[] crypt(int mode, byte[] head, byte[] input, byte[] associatedData)
      throws GeneralSecurityException {
    byte[] nonce = Arrays.copyOfRange(head, HEAD - NONCE, HEAD);
    return wrapping.withKey(
        "AES",
        key -> {
          Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
          cipher.init(mode, key, new GCMParameterSpec(128, nonce));
          cipher.updateAAD(head, 0, HEAD - NONCE);
          cipher.updateAAD(associatedData);
          return cipher.doFinal(input);
        });
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
