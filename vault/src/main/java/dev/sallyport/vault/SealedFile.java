package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.envelope.FloeParams;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/**
 * One file of a sealed model.
 *
 * @param index from 1, in the order of the manifest
 * @param name relative to the model, parts separated by {@code /}
 * @param size of the plaintext, in bytes
 * @param digest of the plaintext, from the signed manifest
 * @param carried where its ciphertext comes from, if an earlier version's is used again
 */
public record SealedFile(
    int index,
    String name,
    long size,
    Digest digest,
    FloeParams params,
    Optional<Carried> carried) {

  /**
   * A ciphertext that was made for an earlier version of the model.
   *
   * @param version under which it was made
   * @param index under which it was made
   * @param key the file's key under the carry key, base64
   */
  public record Carried(long version, int index, String key) {
    /** The wrapped key as bytes. */
    byte[] wrapped() {
      return Base64.getDecoder().decode(key);
    }

    Json.Obj toJson() {
      return Json.obj().put("version", version).put("index", index).put("key", key).build();
    }

    static Carried parse(Json.Obj json) throws BadInput {
      var _ = json.only("version", "index", "key").base64("key");
      long index = json.integer("index");
      if (index < 1 || index > Integer.MAX_VALUE) {
        throw new BadInput("index " + index + " is out of range");
      }
      return new Carried(Header.version(json.integer("version")), (int) index, json.string("key"));
    }
  }

  /** The name of its ciphertext in the sealed model's directory. */
  String sealedName() {
    return sealedName(index);
  }

  static String sealedName(int index) {
    return String.format(Locale.ROOT, "%06d.floe", index);
  }

  /** Length of its ciphertext. */
  long sealedLength() {
    return params.sealedLength(size);
  }

  /** Its place, for messages: {@code file 2 "model.gguf"}. */
  String place() {
    return "file " + index + " \"" + Json.clip(name) + "\"";
  }

  /** FLOE's associated data of this file in this version, or in the one it was made for. */
  byte[] associatedData(ModelName model, long version) {
    return associatedData(
        model,
        carried.map(Carried::version).orElse(version),
        carried.map(Carried::index).orElse(index),
        name,
        size);
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
