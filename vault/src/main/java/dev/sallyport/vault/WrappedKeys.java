package dev.sallyport.vault;

import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The keys of a version as keyd answers them, base64 (spec/key-release.md §3).
 *
 * @param data the data key under the root key
 * @param carry the carry key under the root key, if files are used again
 * @param carried the keys of those files under the carry key, in the order of their indices
 */
public record WrappedKeys(String data, Optional<String> carry, List<String> carried) {
  public WrappedKeys {
    carried = List.copyOf(carried);
  }

  /** Of a version all of whose files are its own. */
  public static WrappedKeys of(byte[] data) {
    return new WrappedKeys(Base64.getEncoder().encodeToString(data), Optional.empty(), List.of());
  }
}
