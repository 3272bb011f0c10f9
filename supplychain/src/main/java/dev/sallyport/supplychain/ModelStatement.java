package dev.sallyport.supplychain;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The in-toto statement of OpenSSF Model Signing v1.0: resources and how they were made.
 *
 * @param model the name, for people; it binds nothing
 * @param serialization how the files were cut
 * @param resources in the order listed, by which the subject's digest is made
 * @param ignored paths that the signer left out, for people; a verifier decides for itself
 */
public record ModelStatement(
    String model, Serialization serialization, List<Resource> resources, List<String> ignored) {
  static final String PREDICATE_TYPE = "https://model_signing/signature/v1.0";

  private static final String STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
  private static final int MAX_RESOURCES = 1_000_000;

  /** One file, or one shard of one, by the name that the serialisation gives it. */
  public record Resource(String name, Digest digest) {}

  public ModelStatement {
    resources = List.copyOf(resources);
    ignored = List.copyOf(ignored);
  }

  static ModelStatement parse(byte[] payload) throws BadInput {
    Json.Obj json = Json.parseObject(payload);
    requireIs(json, "_type", STATEMENT_TYPE);
    requireIs(json, "predicateType", PREDICATE_TYPE);
    List<Json.Obj> subjects = json.objects("subject");
    if (subjects.size() != 1) {
      throw new BadInput("statement has " + subjects.size() + " subjects; one was expected");
    }
    Json.Obj predicate = json.object("predicate");
    Json.Obj serialized = predicate.object("serialization");
    Serialization serialization = Serialization.parse(serialized);
    ModelStatement statement =
        new ModelStatement(
            subjects.getFirst().string("name"),
            serialization,
            resources(predicate.objects("resources"), serialization),
            serialized.find("ignore_paths").isPresent()
                ? serialized.strings("ignore_paths")
                : List.of());
    Digest root = Digest.fromHex(subjects.getFirst().object("digest").string("sha256"));
    if (!statement.root().equals(root)) {
      throw new BadInput("subject digest is not that of the resources");
    }
    return statement;
  }

  private static void requireIs(Json.Obj json, String member, String value) throws BadInput {
    if (!json.string(member).equals(value)) {
      throw new BadInput("member \"" + member + "\" is not " + value);
    }
  }

  private static List<Resource> resources(List<Json.Obj> items, Serialization serialization)
      throws BadInput {
    if (items.isEmpty() || items.size() > MAX_RESOURCES) {
      throw new BadInput(items.size() + " resources; 1 to " + MAX_RESOURCES + " are allowed");
    }
    List<Resource> out = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Set<String> files = new HashSet<>();
    Set<String> folded = new HashSet<>();
    for (Json.Obj item : items) {
      String name = item.string("name");
      String file = serialization.fileOf(name);
      requirePlain(file);
      if (!names.add(name)) {
        throw new BadInput("resource \"" + Json.clip(name) + "\" is listed twice");
      }
      if (files.add(file) && !folded.add(fold(file))) {
        throw new BadInput(
            "resource \"" + Json.clip(file) + "\" differs from another in case only");
      }
      if (!serialization.isAlgorithm(item.string("algorithm"))) {
        throw new BadInput("resource \"" + Json.clip(name) + "\" is not hashed with SHA-256");
      }
      out.add(new Resource(name, Digest.fromHex(item.string("digest"))));
    }
    return out;
  }

  /** A path below the model: no part of it is empty or leads elsewhere. */
  static void requirePlain(String file) throws BadInput {
    boolean bad = file.indexOf('\0') >= 0 || file.indexOf('\\') >= 0;
    for (String part : file.split("/", -1)) {
      bad |= part.isEmpty() || part.equals(".") || part.equals("..");
    }
    if (bad) {
      throw new BadInput("resource \"" + Json.clip(file) + "\" is no plain path below the model");
    }
  }

  /** Names that some file systems take for one (Unicode canonical form, no case). */
  static String fold(String name) {
    String composed = Normalizer.normalize(name, Normalizer.Form.NFC);
    return composed.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
  }

  /** SHA-256 over the resources' digests in the order listed. */
  Digest root() {
    MessageDigest all = Digest.sha256();
    resources.forEach(r -> all.update(r.digest().bytes()));
    return Digest.finish(all);
  }

  /** The bytes to be signed. */
  byte[] payload() {
    List<Json> list = new ArrayList<>();
    for (Resource r : resources) {
      list.add(
          Json.obj()
              .put("name", r.name())
              .put("algorithm", serialization.algorithm())
              .put("digest", r.digest().hex())
              .build());
    }
    Json.Obj digest = Json.obj().put("sha256", root().hex()).build();
    Json.Obj subject = Json.obj().put("name", model).put("digest", digest).build();
    Json.Obj predicate =
        Json.obj()
            .put("serialization", serialization.toJson(ignored))
            .put("resources", Json.arr(list))
            .build();
    return Json.obj()
        .put("_type", STATEMENT_TYPE)
        .put("subject", Json.arr(List.of(subject)))
        .put("predicateType", PREDICATE_TYPE)
        .put("predicate", predicate)
        .build()
        .canonical();
  }
}
