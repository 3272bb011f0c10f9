package dev.sallyport.custody;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * How the keys of a model come from one another, and the associated data under which they are
 * wrapped (spec/sealed-weights.md §2, §5).
 */
public final class DataKeys {
  private static final byte[] FILE_LABEL =
      "sallyport/file-key/v1\0".getBytes(StandardCharsets.US_ASCII);

  private DataKeys() {}

  /**
   * For the way of the data key from sealer to keyd and for its wrapping under the root key:
   * canonical {@code {model, version, manifest}} (spec/key-release.md §3).
   */
  public static byte[] context(String model, long version, Digest manifest) {
    return named(model, version, manifest).build().canonical();
  }

  /** For the wrapping of the carry key under the root key: the same and {@code "key":"carry"}. */
  public static byte[] carryContext(String model, long version, Digest manifest) {
    return named(model, version, manifest).put("key", "carry").build().canonical();
  }

  private static Json.Builder named(String model, long version, Digest manifest) {
    return Json.obj().put("model", model).put("version", version).put("manifest", manifest);
  }

  /**
   * For the data key of a sealing under way: canonical {@code {"key":"draft", model, signer,
   * version}}, so that nobody gets it back but who began.
   *
   * @param signer id of the key of whoever seals
   */
  public static byte[] draftContext(String model, long version, Digest signer) {
    return Json.obj()
        .put("model", model)
        .put("version", version)
        .put("signer", signer)
        .put("key", "draft")
        .build()
        .canonical();
  }

  /** For the way of that key back to a sealer: the id of its request. */
  public static byte[] resumeContext(Digest request) {
    return request.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** For the wrapping of a file key under the carry key: canonical {@code {index, name}}. */
  public static byte[] carriedContext(long index, String name) {
    return Json.obj().put("index", index).put("name", name).build().canonical();
  }

  /** For the way from keyd to the keeper: the lease id, as UTF-8 (spec/key-release.md §4). */
  public static byte[] leaseContext(String leaseId) {
    return leaseId.getBytes(StandardCharsets.UTF_8);
  }

  /** For the way of the carry key from keyd to the keeper: lease id and {@code /carry}. */
  public static byte[] leaseCarryContext(String leaseId) {
    return (leaseId + "/carry").getBytes(StandardCharsets.UTF_8);
  }

  /** The key of a file: HKDF of the data key over index and name (spec/sealed-weights.md §5). */
  public static Secret fileKey(Secret dataKey, int index, String name) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    byte[] info =
        ByteBuffer.allocate(FILE_LABEL.length + 4 + utf8.length)
            .put(FILE_LABEL)
            .putInt(index)
            .put(utf8)
            .array();
    return dataKey.expand(info, Secret.KEY_LENGTH);
  }

  /**
   * For the way from keyd to the sealer that makes a plaintext copy: the id of its request, as
   * UTF-8 (spec/key-release.md §10). No lease id looks like one.
   */
  public static byte[] unsealContext(Digest request) {
    return request.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** For the same way of the carry key: the id of the request and {@code /carry}. */
  public static byte[] unsealCarryContext(Digest request) {
    return (request + "/carry").getBytes(StandardCharsets.UTF_8);
  }
}
