package dev.sallyport.envelope;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.Statement;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * What a model consists of, as a person signed it: OpenSSF Model Signing v1.0 over the plaintext
 * files, serialisation method {@code files}. Only {@link UnverifiedManifest#verify} makes one.
 */
public final class Manifest {
  /** The predicate type of OpenSSF Model Signing v1.0. */
  public static final String PREDICATE_TYPE = "https://model_signing/signature/v1.0";

  static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

  private final Digest id;
  private final String model;
  private final List<ModelFile> files;
  private final List<Person> signers;

  Manifest(Digest id, String model, List<ModelFile> files, List<Person> signers) {
    this.id = id;
    this.model = model;
    this.files = List.copyOf(files);
    this.signers = List.copyOf(signers);
  }

  /**
   * The manifest digest: SHA-256 of the signed statement's bytes, by which evidence and releases
   * know the model (spec/sealed-weights.md §6).
   */
  public Digest id() {
    return id;
  }

  /** The model's name. */
  public String model() {
    return model;
  }

  /** The files, ordered by name. */
  public List<ModelFile> files() {
    return files;
  }

  /** The distinct people who signed. */
  public List<Person> signers() {
    return signers;
  }

  /**
   * Signs a manifest.
   *
   * @param files in any order
   * @return the Sigstore bundle
   */
  public static Json.Obj sign(String model, List<ModelFile> files, SigningKey key) {
    List<ModelFile> ordered =
        files.stream().sorted((a, b) -> ModelFile.NAME_ORDER.compare(a.name(), b.name())).toList();
    Statement statement =
        Statement.about(model, rootDigest(ordered), PREDICATE_TYPE, predicate(ordered));
    Json.Obj hint = Json.obj().put("hint", key.verifyingKey().id().hex()).build();
    return Json.obj()
        .put("mediaType", MEDIA_TYPE)
        .put(
            "verificationMaterial",
            Json.obj().put("publicKey", hint).put("tlogEntries", Json.arr(List.of())).build())
        .put("dsseEnvelope", Envelope.sign(statement, key).toJson())
        .build();
  }

  private static Json.Obj predicate(List<ModelFile> files) {
    List<Json> resources = new ArrayList<>();
    for (ModelFile file : files) {
      resources.add(
          Json.obj()
              .put("name", file.name())
              .put("algorithm", "sha256")
              .put("digest", file.digest().hex())
              .build());
    }
    Json.Obj serialization =
        Json.obj()
            .put("method", "files")
            .put("hash_type", "sha256")
            .put("allow_symlinks", false)
            .put("ignore_paths", Json.arr(List.of()))
            .build();
    return Json.obj()
        .put("serialization", serialization)
        .put("resources", Json.arr(resources))
        .build();
  }

  /** The subject's digest: SHA-256 over the files' digests in the order of the manifest. */
  static Digest rootDigest(List<ModelFile> files) {
    MessageDigest all = Digest.sha256();
    files.forEach(f -> all.update(f.digest().bytes()));
    return Digest.finish(all);
  }

  /** Whether the other manifest lists the same files with the same digests. */
  public void requireFiles(List<ModelFile> expected) throws BadInput {
    if (!files.equals(expected)) {
      throw new BadInput("the files are not those of the signed manifest");
    }
  }
}
