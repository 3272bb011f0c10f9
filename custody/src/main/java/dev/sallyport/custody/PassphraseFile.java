package dev.sallyport.custody;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The root key under a passphrase: label line, iterations (32 bits), salt (32 bytes), then the key
 * under AES-256-GCM with all of that as associated data. The AES key and the nonce are
 * PBKDF2-HMAC-SHA-512 (RFC 8018) of the passphrase; the salt is fresh for every file, so they are
 * used once.
 */
final class PassphraseFile {
  /** Iterations of new files; the floor for old ones, so that nobody can weaken a file unseen. */
  static final int ITERATIONS = 600_000;

  private static final int MAX_ITERATIONS = 20_000_000;
  private static final byte[] HEAD = KeyFile.head("sallyport root key v1 under a passphrase");
  private static final int SALT = 32;
  private static final int BOX = Secret.KEY_LENGTH + 16;
  private static final int OPEN_PART = HEAD.length + 4 + SALT;

  private PassphraseFile() {}

  /** Whether the file is of this kind. */
  static boolean is(Path file) throws IOException, BadInput {
    return KeyFile.starts(KeyFile.content(file), HEAD);
  }

  static void create(Path file, Secret root, char[] passphrase) throws IOException {
    byte[] salt = new byte[SALT];
    new SecureRandom().nextBytes(salt);
    byte[] open = ByteBuffer.allocate(OPEN_PART).put(HEAD).putInt(ITERATIONS).put(salt).array();
    try {
      byte[] box = root.use(key -> crypt(Cipher.ENCRYPT_MODE, open, passphrase, key));
      KeyFile.write(file, ByteBuffer.allocate(OPEN_PART + BOX).put(open).put(box).array());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("internal error: every JDK has PBKDF2 and AES-GCM", e);
    }
  }

  static Secret open(Path file, char[] passphrase) throws IOException, BadInput {
    byte[] content = KeyFile.content(file);
    if (!KeyFile.starts(content, HEAD)) {
      throw new BadInput(KeyFile.name(file) + " is not a root key under a passphrase");
    }
    if (content.length != OPEN_PART + BOX) {
      throw doesNotOpen(file, null);
    }
    int iterations = ByteBuffer.wrap(content).getInt(HEAD.length);
    if (iterations < ITERATIONS || iterations > MAX_ITERATIONS) {
      throw doesNotOpen(file, null);
    }
    byte[] open = Arrays.copyOf(content, OPEN_PART);
    byte[] box = Arrays.copyOfRange(content, OPEN_PART, content.length);
    try {
      return Secret.take(crypt(Cipher.DECRYPT_MODE, open, passphrase, box));
    } catch (GeneralSecurityException e) {
      throw doesNotOpen(file, e);
    }
  }

  private static BadInput doesNotOpen(Path file, @Nullable Exception cause) {
    String message =
        KeyFile.name(file) + " does not open: wrong passphrase, or the file was changed";
    return cause == null ? new BadInput(message) : new BadInput(message, cause);
  }

  private static byte[] crypt(int mode, byte[] open, char[] passphrase, byte[] input)
      throws GeneralSecurityException {
    try (Secret stretched = stretch(open, passphrase)) {
      byte[] nonce =
          stretched.use(b -> Arrays.copyOfRange(b, Secret.KEY_LENGTH, Secret.KEY_LENGTH + 12));
      try (Secret key = Secret.take(stretched.use(b -> Arrays.copyOf(b, Secret.KEY_LENGTH)))) {
        return key.withKey(
            "AES",
            aes -> {
              Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
              cipher.init(mode, aes, new GCMParameterSpec(128, nonce));
              cipher.updateAAD(open);
              return cipher.doFinal(input);
            });
      }
    }
  }

  private static Secret stretch(byte[] open, char[] passphrase) throws GeneralSecurityException {
    int iterations = ByteBuffer.wrap(open).getInt(HEAD.length);
    byte[] salt = Arrays.copyOfRange(open, HEAD.length + 4, OPEN_PART);
    PBEKeySpec spec = new PBEKeySpec(passphrase, salt, iterations, 8 * (Secret.KEY_LENGTH + 12));
    try {
      return Secret.take(
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512").generateSecret(spec).getEncoded());
    } finally {
      spec.clearPassword();
    }
  }
}
