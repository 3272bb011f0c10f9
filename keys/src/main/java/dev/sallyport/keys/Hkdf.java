package dev.sallyport.keys;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;

/**
 * HKDF with SHA-384 (RFC 5869). The JDK's own refuses pseudorandom keys shorter than the hash,
 * which FLOE's 32-byte keys are.
 */
final class Hkdf {
  /** Output of HMAC-SHA-384, in bytes. */
  static final int HASH = 48;

  private Hkdf() {}

  /** HKDF-Extract: 48 bytes, which the caller wipes. */
  static byte[] extract(byte[] salt, byte[] material) {
    return hmac(salt, material);
  }

  /**
   * HKDF-Expand: fills {@code out}, at most 48 bytes since nothing here needs more than a block.
   */
  static void expand(byte[] prk, byte[] info, byte[] out) {
    if (out.length > HASH) {
      throw new IllegalArgumentException("internal error: expansion to " + out.length + " bytes");
    }
    byte[] block = hmac(prk, info, new byte[] {1});
    System.arraycopy(block, 0, out, 0, out.length);
    Arrays.fill(block, (byte) 0);
  }

  private static byte[] hmac(byte[] key, byte[]... data) {
    try (LentKey lent = new LentKey("HmacSHA384", key.clone())) {
      Mac mac = Mac.getInstance("HmacSHA384");
      mac.init(lent);
      for (byte[] part : data) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("internal error: every JDK has HMAC-SHA-384", e);
    }
  }
}
