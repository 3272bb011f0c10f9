package dev.sallyport.risk;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.Signed;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import java.time.Instant;

/**
 * One person's yes to one release request (spec/evidence.md §7).
 *
 * @param id of the statement
 * @param release id of the request
 */
public record Approval(
    Digest id, Person approver, Digest release, Instant approved, Instant expires) {
  public static final String PREDICATE_TYPE = Statement.OWN + "approval/v1";

  static final String SUBJECT = "release";

  /** Reads a verified approval; its one signer is a security or audit administrator. */
  public static Approval parse(Signed signed) throws BadInput {
    TrustRoot.requireType(signed.statement(), PREDICATE_TYPE);
    Person approver = Signers.require(Signers.one(signed), Role.SECURITY_ADMIN, Role.AUDIT_ADMIN);
    Statement.Subject subject = signed.statement().subject();
    if (!subject.name().equals(SUBJECT)) {
      throw new BadInput("subject is \"" + Json.clip(subject.name()) + "\", not " + SUBJECT);
    }
    Json.Obj json = signed.statement().predicate().only("approver", "approved", "expires");
    // The id of a statement is that of its payload: the name keeps the same yes of two people
    // apart.
    if (!json.string("approver").equals(approver.name())) {
      throw new BadInput("signed by " + approver.name() + ", who is not the approver it names");
    }
    Instant approved = Field.time(json, "approved");
    Instant expires = Field.time(json, "expires");
    Field.requireOrder("approved", approved, "expires", expires);
    return new Approval(signed.id(), approver, subject.digest(), approved, expires);
  }

  /**
   * The statement to sign.
   *
   * @param approver name in the trust root of the person who will sign
   */
  public static Statement statement(
      Digest release, String approver, Instant approved, Instant expires) {
    Json.Obj json =
        Json.obj()
            .put("approver", approver)
            .put("approved", approved)
            .put("expires", expires)
            .build();
    return Statement.about(SUBJECT, release, PREDICATE_TYPE, json);
  }
}
