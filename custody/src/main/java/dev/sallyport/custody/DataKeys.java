package dev.sallyport.custody;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.nio.charset.StandardCharsets;

/** The associated data under which a model's data key is wrapped, at each of its three stations. */
public final class DataKeys {
  private DataKeys() {}

  /**
   * For the way from sealer to keyd and for the wrapping under the root key: canonical {@code
   * {model, version, manifest}} (spec/key-release.md §3).
   */
  public static byte[] context(String model, long version, Digest manifest) {
    return Json.obj()
        .put("model", model)
        .put("version", version)
        .put("manifest", manifest)
        .build()
        .canonical();
  }

  /** For the way from keyd to the keeper: the lease id, as UTF-8 (spec/key-release.md §4). */
  public static byte[] leaseContext(String leaseId) {
    return leaseId.getBytes(StandardCharsets.UTF_8);
  }
}
