package dev.sallyport.custody;

import java.security.SecureRandom;

/**
 * Hands out given bytes, in order, as if they were random: the JDK makes an ML-KEM key pair (FIPS
 * 203, algorithm 19) from the 32 bytes d and the 32 bytes z that it asks its random source for.
 * Asking for more than there is means that the JDK changed, and fails.
 */
final class SeedSource extends SecureRandom {
  private static final long serialVersionUID = 1L;

  private final transient byte[] seed;
  private int used;

  SeedSource(byte[] seed) {
    super(null, null);
    this.seed = seed;
  }

  @Override
  public void nextBytes(byte[] out) {
    if (out.length > seed.length - used) {
      throw new IllegalStateException("internal error: seed used up");
    }
    System.arraycopy(seed, used, out, 0, out.length);
    used += out.length;
  }
}
