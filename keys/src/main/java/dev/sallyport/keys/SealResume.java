package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.time.Instant;

/**
 * A system administrator asks keyd for the data key of a sealing that was interrupted
 * (spec/key-release.md §3). The subject is the model by name, and the wrapped key by digest.
 *
 * @param draft digest of the wrapped data key that keyd gave when the sealing began
 * @param recipient one-time X-Wing public key, hex
 */
public record SealResume(
    String model, Digest draft, long version, String recipient, Nonce nonce, Instant at) {
  public static final String PREDICATE_TYPE = Statement.OWN + "seal-resume/v1";

  /**
   * Reads a verified statement.
   *
   * @throws BadInput also if nobody signed it whose part sealing is
   */
  public static SealResume parse(Signed signed) throws BadInput {
    Statement statement = signed.statement();
    TrustRoot.requireType(statement, PREDICATE_TYPE);
    if (!signed.signedBy(Role.SYSTEM_ADMIN)) {
      throw new BadInput("not signed by anybody of role " + Role.SYSTEM_ADMIN.label());
    }
    Json.Obj json = statement.predicate().only("version", "recipient", "nonce", "at");
    return new SealResume(
        statement.subject().name(),
        statement.subject().digest(),
        json.integer("version"),
        json.string("recipient"),
        Nonce.parse(json.string("nonce")),
        json.instant("at"));
  }

  /** The statement to be signed. */
  public Statement statement() {
    Json.Obj predicate =
        Json.obj()
            .put("version", version)
            .put("recipient", recipient)
            .put("nonce", nonce.hex())
            .put("at", at)
            .build();
    return Statement.about(model, draft, PREDICATE_TYPE, predicate);
  }
}
