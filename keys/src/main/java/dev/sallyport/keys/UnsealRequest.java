package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.time.Instant;

/**
 * The holder of an {@link UnsealOrder} asks keyd to carry it out (spec/key-release.md §10): to wrap
 * the data key to this one-time recipient.
 *
 * @param order id of the order
 * @param recipient the one-time X-Wing public key, hex
 */
public record UnsealRequest(Digest order, String recipient, Nonce nonce, Instant at) {
  public static final String PREDICATE_TYPE = Statement.OWN + "unseal-request/v1";

  private static final String SUBJECT = "unseal";

  /** Reads a statement, whose signature the caller has verified. */
  public static UnsealRequest parse(Statement statement) throws BadInput {
    TrustRoot.requireType(statement, PREDICATE_TYPE);
    Statement.Subject subject = statement.subject();
    if (!subject.name().equals(SUBJECT)) {
      throw new BadInput("subject is \"" + Json.clip(subject.name()) + "\", not " + SUBJECT);
    }
    Json.Obj json = statement.predicate().only("recipient", "nonce", "at");
    return new UnsealRequest(
        subject.digest(),
        json.string("recipient"),
        Nonce.parse(json.string("nonce")),
        json.instant("at"));
  }

  /** The statement for the holder to sign. */
  public Statement statement() {
    Json.Obj json =
        Json.obj().put("recipient", recipient).put("nonce", nonce.hex()).put("at", at).build();
    return Statement.about(SUBJECT, order, PREDICATE_TYPE, json);
  }
}
