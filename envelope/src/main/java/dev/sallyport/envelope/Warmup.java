package dev.sallyport.envelope;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes the JIT compile AES-GCM and SHA-256 before bulk work. The JDK's GCM runs interpreted for
 * the first thousands of calls, whatever their size: measured with JDK 25, calls of 1 MiB start at
 * 0.07 GB/s for some 400 MiB and level out at half of what they reach (8 GB/s) after many short
 * calls in both directions. This takes about 0.2 s of processor time, once per process.
 */
public final class Warmup {
  /** Below this many bytes, warming up costs more than it saves. */
  public static final long WORTH = 8L << 20;

  private static final int CALLS = 20_000;
  private static final int LENGTH = 1024;

  /** SHA-256 of {@link #CALLS} × {@link #LENGTH} zero bytes. */
  private static final String EXPECTED =
      "99bc76fe79fcfd5e5baf554639fed136ae926dbc105e2e09e70e34f497af1dcb";

  private Warmup() {}

  /** Warms up if {@code bytes} of work are worth it and nobody did before; waits if somebody is. */
  public static void before(long bytes) {
    if (bytes >= WORTH && !Done.WARM) {
      throw new IllegalStateException("internal error: warming up decrypted to something else");
    }
  }

  /** Class initialisation is the once. */
  private static final class Done {
    private static final boolean WARM = run();
  }

  private static boolean run() {
    byte[] plain = new byte[LENGTH];
    byte[] sealed = new byte[LENGTH + 16];
    // INVARIANT: a public key of zeros and public text; nothing real is ever under it.
    SecretKey key = new SecretKeySpec(new byte[32], "AES");
    MessageDigest digest = Digest.sha256();
    try {
      Cipher sealing = Cipher.getInstance("AES/GCM/NoPadding");
      Cipher opening = Cipher.getInstance("AES/GCM/NoPadding");
      for (int i = 0; i < CALLS; i++) {
        byte[] nonce = ByteBuffer.allocate(12).putInt(8, i).array();
        sealing.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(128, nonce));
        int length = sealing.doFinal(plain, 0, LENGTH, sealed, 0);
        opening.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(128, nonce));
        opening.doFinal(sealed, 0, length, plain, 0);
        digest.update(plain);
      }
      return Digest.finish(digest).equals(Digest.fromHex(EXPECTED));
    } catch (GeneralSecurityException | BadInput e) {
      throw new IllegalStateException("internal error: every JDK has AES-GCM", e);
    }
  }
}
