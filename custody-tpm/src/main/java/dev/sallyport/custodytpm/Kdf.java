package dev.sallyport.custodytpm;

import dev.sallyport.core.Digest;
import dev.sallyport.keys.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;

/**
 * Key derivation and parameter encryption of the TPM (TPM 2.0 Library part 1, §11.4.10 and §21),
 * with SHA-256 and AES-128. Every result here is of 256 bits, so one round of each suffices.
 */
final class Kdf {
  private static final String HMAC = "HmacSHA256";
  private static final int BITS = 256;
  private static final int AES_KEY = 16;

  private Kdf() {}

  /** KDFa: SP 800-108 in counter mode. */
  static Secret kdfA(Secret key, String label, byte[] contextU, byte[] contextV) {
    byte[] data =
        TpmBuffer.empty()
            .u32(1)
            .raw(terminated(label))
            .raw(contextU)
            .raw(contextV)
            .u32(BITS)
            .written();
    return Secret.take(hmac(key, data));
  }

  /** KDFe: SP 800-56A, of the x coordinates of the shared and of both parties' points. */
  static Secret kdfE(Secret z, String label, byte[] partyU, byte[] partyV) {
    MessageDigest hash = Digest.sha256();
    hash.update(new byte[] {0, 0, 0, 1});
    z.use(x -> {
      hash.update(x);
      return x.length;
    });
    hash.update(terminated(label));
    hash.update(partyU);
    hash.update(partyV);
    return Secret.take(hash.digest());
  }

  static byte[] hmac(Secret key, byte[]... data) {
    try {
      return key.withKey(
          HMAC,
          lent -> {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(lent);
            for (byte[] part : data) {
              mac.update(part);
            }
            return mac.doFinal();
          });
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("internal error: every JDK has HMAC-SHA-256", e);
    }
  }

  /** AES-128-CFB in place, by a key and IV of this session and these nonces. */
  static void cfb(
      int mode, byte[] bytes, int at, int length, Secret value, byte[] newer, byte[] older) {
    try (Secret both = kdfA(value, "CFB", newer, older)) {
      byte[] iv = both.use(b -> Arrays.copyOfRange(b, AES_KEY, b.length));
      try (Secret key = Secret.filled(AES_KEY, out -> both.use(b -> copy(b, out)))) {
        key.withKey(
            "AES",
            lent -> {
              Cipher cipher = Cipher.getInstance("AES/CFB/NoPadding");
              cipher.init(mode, lent, new IvParameterSpec(iv));
              return cipher.doFinal(bytes, at, length, bytes, at);
            });
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("internal error: every JDK has AES in CFB mode", e);
    }
  }

  private static int copy(byte[] from, byte[] to) {
    System.arraycopy(from, 0, to, 0, to.length);
    return to.length;
  }

  /** A label counts with its final zero. */
  private static byte[] terminated(String label) {
    return (label + "\0").getBytes(StandardCharsets.US_ASCII);
  }
}
