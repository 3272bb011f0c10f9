package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.util.Optional;

/**
 * What a system administrator says about a model that was sealed (spec/sealed-weights.md §6): this
 * manifest became this version, in files with this header. It is what the log keeps of a model; the
 * manifest itself, which may name thousands of files, stays in the vault.
 *
 * @param sealed digest of the header as stored
 * @param bytes plaintext bytes in all
 * @param scan what a scan found before; absent if there was none
 */
public record ModelSealed(
    String model,
    Digest manifest,
    long version,
    Digest sealed,
    long files,
    long bytes,
    Optional<ModelScan> scan) {
  public static final String PREDICATE_TYPE = Statement.OWN + "model-sealed/v1";

  private static final int MAX_NAME = 128;

  /**
   * Reads a verified statement.
   *
   * @throws BadInput also if nobody signed it whose part sealing is
   */
  public static ModelSealed parse(Signed signed) throws BadInput {
    Statement statement = signed.statement();
    TrustRoot.requireType(statement, PREDICATE_TYPE);
    if (!signed.signedBy(Role.SYSTEM_ADMIN)) {
      throw new BadInput("model is not signed for by anybody of role " + Role.SYSTEM_ADMIN.label());
    }
    Json.Obj json = statement.predicate().only("version", "sealed", "files", "bytes", "scan");
    String model = statement.subject().name();
    long version = json.integer("version");
    long files = json.integer("files");
    long bytes = json.integer("bytes");
    if (model.isEmpty() || model.length() > MAX_NAME || version < 1 || files < 1 || bytes < 0) {
      throw new BadInput("name, version, files or bytes of the sealed model are out of bounds");
    }
    Optional<ModelScan> scan =
        json.find("scan").isPresent()
            ? Optional.of(ModelScan.read(json.object("scan")))
            : Optional.empty();
    return new ModelSealed(
        model, statement.subject().digest(), version, json.digest("sealed"), files, bytes, scan);
  }

  /** The statement to be signed. */
  public Statement statement() {
    Json.Builder predicate =
        Json.obj()
            .put("version", version)
            .put("sealed", sealed)
            .put("files", files)
            .put("bytes", bytes);
    scan.ifPresent(s -> predicate.put("scan", s.toJson()));
    return Statement.about(model, manifest, PREDICATE_TYPE, predicate.build());
  }
}
