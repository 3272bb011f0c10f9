package dev.sallyport.vault;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.envelope.FloeParams;
import dev.sallyport.keys.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One file of a sealed model.
 *
 * @param index from 1, in the order of the manifest
 * @param name relative to the model, parts separated by {@code /}
 * @param size of the plaintext, in bytes
 * @param digest of the plaintext, from the signed manifest
 */
public record SealedFile(int index, String name, long size, Digest digest) {
  private static final byte[] KEY_LABEL =
      "sallyport/file-key/v1\0".getBytes(StandardCharsets.US_ASCII);

  /** The name of its ciphertext in the sealed model's directory. */
  String sealedName() {
    return sealedName(index);
  }

  static String sealedName(int index) {
    return String.format(Locale.ROOT, "%06d.floe", index);
  }

  /** Length of its ciphertext. */
  long sealedLength() {
    return FloeParams.SEALED.sealedLength(size);
  }

  /** Its place, for messages: {@code file 2 "model.gguf"}. */
  String place() {
    return "file " + index + " \"" + Json.clip(name) + "\"";
  }

  /** The key of a file: HKDF of the data key over index and name (spec/sealed-weights.md §5). */
  static Secret key(Secret dataKey, int index, String name) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    byte[] info =
        ByteBuffer.allocate(KEY_LABEL.length + 4 + utf8.length)
            .put(KEY_LABEL)
            .putInt(index)
            .put(utf8)
            .array();
    return dataKey.expand(info, Secret.KEY_LENGTH);
  }

  /** FLOE's associated data of a file (spec/sealed-weights.md §5). */
  static byte[] associatedData(ModelName model, long version, int index, String name, long size) {
    return Json.obj()
        .put("model", model.value())
        .put("version", version)
        .put("index", index)
        .put("file", name)
        .put("size", size)
        .build()
        .canonical();
  }
}
