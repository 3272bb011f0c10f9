package dev.sallyport.attest;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The vendors' root keys: SHA-256 of the SPKI of each root certificate, as the vendors publish
 * them. The certificates come with the evidence.
 */
public final class Roots {
  /** AMD's ARK of Milan and of Genoa. */
  public static final Set<Digest> AMD =
      pin(
          "9f056bee44377e29308cb5ffa895bdfb62d18881fa6bed8d6f075b0204089cb9",
          "429a69c9422aa258ee4d8db5fcda9c6470ef15f8cd5a9cebd6cbc7d90b863831");

  /** Intel SGX Root CA. */
  public static final Set<Digest> INTEL =
      pin("a0af031289f5d5d4132f9186068a7fc13628633ba235777472e29b6b6c67a49e");

  /** NVIDIA Device Identity CA. */
  public static final Set<Digest> NVIDIA =
      pin("a90c4eb5acfd3e3d03a25db6a26b84f720ad0503196c627c21ddd48dd85b06a4");

  private Roots() {}

  private static Set<Digest> pin(String... hex) {
    Set<Digest> keys = new LinkedHashSet<>();
    for (String key : hex) {
      try {
        keys.add(Digest.fromHex(key));
      } catch (BadInput e) {
        throw new IllegalStateException("internal error: pinned key", e);
      }
    }
    return Set.copyOf(keys);
  }
}
