package dev.sallyport.server;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Nonce;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Signed;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import java.time.Instant;

/**
 * What one person told the server to do (spec/evidence.md §8).
 *
 * @param nonce 128 random bits, 32 lower-case hex digits
 */
record Command(
    Digest id, Person signer, String name, Json.Obj arguments, Instant at, String nonce) {
  static final String PREDICATE_TYPE = Statement.OWN + "command/v1";

  /** Reads a verified command; it must be for this installation, by one person. */
  static Command parse(Signed signed, TrustRoot root) throws BadInput {
    TrustRoot.requireType(signed.statement(), PREDICATE_TYPE);
    Statement.Subject subject = signed.statement().subject();
    if (!subject.name().equals("installation") || !subject.digest().equals(root.id())) {
      throw new BadInput("command is for another installation");
    }
    if (signed.signers().size() != 1) {
      throw new BadInput("command is signed by " + signed.signers().size() + " people, not by one");
    }
    Json.Obj json = signed.statement().predicate().only("command", "arguments", "at", "nonce");
    return new Command(
        signed.id(),
        signed.signers().getFirst(),
        json.string("command"),
        json.object("arguments"),
        json.instant("at"),
        Nonce.parse(json.string("nonce")).hex());
  }
}
