package dev.sallyport.vault;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which files of a new version are those of an earlier one, so that their ciphertexts are used
 * again (spec/sealed-weights.md §8).
 *
 * @param base the earlier version
 * @param files by their index in the new version: the same file in the earlier one; not empty
 */
public record Reuse(SealedModel base, SortedMap<Integer, SealedFile> files) {
  public Reuse {
    files = new TreeMap<>(files);
  }

  /** Where the ciphertext of a file was first made. */
  SealedFile.Carried origin(int index, String key) {
    SealedFile old = files.get(index);
    if (old == null) {
      throw new IllegalArgumentException("internal error: file " + index + " is not used again");
    }
    return new SealedFile.Carried(
        old.carried().map(SealedFile.Carried::version).orElse(base.version()),
        old.carried().map(SealedFile.Carried::index).orElse(old.index()),
        key);
  }
}
