package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.custody.CarryKey;
import dev.sallyport.custody.DataKeys;
import dev.sallyport.custody.KeyRing;
import dev.sallyport.custody.KeyUnavailable;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hands keys of files on from one version of a model to the next, for files that are the same in
 * both signed manifests (spec/key-release.md §3). The sealer learns none of them: they go under a
 * fresh carry key, and that under the root key.
 *
 * <p>INVARIANT: a version opens exactly the files that its own manifest names. keyd compares name
 * and digest in both manifests itself; which manifest a wrapped key belongs to is authenticated by
 * the wrapping.
 */
final class Carrying {
  private static final int MAX_FILES = 10_000;

  private final KeyRing root;

  Carrying(KeyRing root) {
    this.root = root;
  }

  /** A file as a manifest names it. */
  private record Named(String name, String digest) {}

  /**
   * Answers the member {@code reuse} of {@code wrap}.
   *
   * @param version the new version
   * @param manifest the new version's manifest digest
   * @return {@code {carry, carried}}
   */
  Json.Obj carry(String model, long version, Digest manifest, Json.Obj reuse)
      throws BadInput, KeyUnavailable {
    reuse.only("version", "wrapped", "carry", "base", "manifest", "files");
    byte[] base = reuse.base64("base");
    List<Named> before = files(base);
    List<Named> after = files(payload(reuse.base64("manifest"), manifest));
    long baseVersion = reuse.integer("version");
    byte[] context = DataKeys.context(model, baseVersion, Digest.of(base));
    try (Secret dataKey = root.unwrap(reuse.base64("wrapped"), context);
        CarryKey old = oldCarry(model, baseVersion, Digest.of(base), reuse);
        Secret fresh = Secret.random()) {
      byte[] wrapped = root.wrap(fresh, DataKeys.carryContext(model, version, manifest));
      CarryKey carry = new CarryKey(fresh);
      try (carry) {
        List<Json> carried = new ArrayList<>();
        for (Json.Obj file : bounded(reuse)) {
          carried.add(carried(file, before, after, dataKey, old, carry));
        }
        return Json.obj().put("carry", wrapped).put("carried", Json.arr(carried)).build();
      }
    }
  }

  private static Json carried(
      Json.Obj file,
      List<Named> before,
      List<Named> after,
      Secret dataKey,
      @Nullable CarryKey old,
      CarryKey carry)
      throws BadInput {
    int index = index(file, "index", after.size());
    int from = index(file, "base", before.size());
    Named named = before.get(from - 1);
    if (!named.equals(after.get(index - 1))) {
      throw new BadInput("file " + index + " is not file " + from + " of the version before");
    }
    try (Secret key = fileKey(dataKey, old, file, from, named.name())) {
      byte[] wrapped = carry.wrap(key, DataKeys.carriedContext(index, named.name()));
      return Json.obj().put("key", wrapped).build().need("key");
    }
  }

  private @Nullable CarryKey oldCarry(String model, long version, Digest manifest, Json.Obj reuse)
      throws BadInput, KeyUnavailable {
    if (reuse.find("carry").isEmpty()) {
      return null;
    }
    byte[] context = DataKeys.carryContext(model, version, manifest);
    return new CarryKey(root.unwrap(reuse.base64("carry"), context));
  }

  private static Secret fileKey(
      Secret dataKey, @Nullable CarryKey old, Json.Obj file, int from, String name)
      throws BadInput {
    if (file.find("key").isEmpty()) {
      return DataKeys.fileKey(dataKey, from, name);
    }
    if (old == null) {
      throw new BadInput("a file of an earlier version needs that version's carry key");
    }
    return old.unwrap(file.base64("key"), DataKeys.carriedContext(from, name));
  }

  private static byte[] payload(byte[] payload, Digest manifest) throws BadInput {
    if (!Digest.of(payload).equals(manifest)) {
      throw new BadInput("manifest is not that of the new version");
    }
    return payload;
  }

  private static List<Named> files(byte[] payload) throws BadInput {
    List<Named> files = new ArrayList<>();
    for (Json.Obj resource : Statement.parse(payload).predicate().objects("resources")) {
      files.add(new Named(resource.string("name"), resource.string("digest")));
    }
    return files;
  }

  private static List<Json.Obj> bounded(Json.Obj reuse) throws BadInput {
    List<Json.Obj> files = reuse.objects("files");
    if (files.isEmpty() || files.size() > MAX_FILES) {
      throw new BadInput(files.size() + " files; 1 to " + MAX_FILES + " are allowed");
    }
    return files;
  }

  private static int index(Json.Obj file, String name, int size) throws BadInput {
    long index = file.only("index", "base", "key").integer(name);
    if (index < 1 || index > size) {
      throw new BadInput(name + " " + index + " is none of " + size + " files");
    }
    return (int) index;
  }
}
