package dev.sallyport.risk;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Statement;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a control was found effective (spec/evidence.md §5).
 *
 * @param subject the model's name, or {@link #INSTALLATION}
 * @param subjectDigest the model's manifest digest, or the trust root's id
 * @param control id, such as {@code log-witnessed}
 * @param kind how it was found: {@code statement}, {@code drill}, {@code scan}, {@code assessment}
 * @param document the SHA-256 of the file that it rests on, such as a filled form; the gate does
 *     not look at it, whoever audits does
 */
public record ControlEvidence(
    String subject,
    Digest subjectDigest,
    String control,
    boolean effective,
    Instant observed,
    Instant validUntil,
    String note,
    String kind,
    Optional<Digest> document)
    implements Evidence {
  public static final String PREDICATE_TYPE = Statement.OWN + "evidence/control/v1";

  /** Subject of a control that holds for every model of the installation. */
  public static final String INSTALLATION = "installation";

  /** How it was found, if nothing else is said: somebody says so. */
  public static final String STATEMENT = "statement";

  /** Somebody says so. */
  public ControlEvidence(
      String subject,
      Digest subjectDigest,
      String control,
      boolean effective,
      Instant observed,
      Instant validUntil,
      String note) {
    this(subject, subjectDigest, control, effective, observed, validUntil, note, STATEMENT);
  }

  /** Found in this way, without a file. */
  public ControlEvidence(
      String subject,
      Digest subjectDigest,
      String control,
      boolean effective,
      Instant observed,
      Instant validUntil,
      String note,
      String kind) {
    this(
        subject,
        subjectDigest,
        control,
        effective,
        observed,
        validUntil,
        note,
        kind,
        Optional.empty());
  }

  static ControlEvidence read(Statement statement) throws BadInput {
    Statement.Subject subject = statement.subject();
    Json.Obj json = statement.predicate();
    json.only("control", "effective", "observed", "validUntil", "note", "kind", "document");
    ControlEvidence e =
        new ControlEvidence(
            subject.name(),
            subject.digest(),
            Field.id(json, "control"),
            json.bool("effective"),
            Field.time(json, "observed"),
            Field.time(json, "validUntil"),
            json.find("note").isPresent() ? Field.text(json, "note", 2000) : "",
            json.find("kind").isPresent() ? Field.id(json, "kind") : STATEMENT,
            json.find("document").isPresent()
                ? Optional.of(json.digest("document"))
                : Optional.empty());
    Field.requireOrder("observed", e.observed, "validUntil", e.validUntil);
    return e;
  }

  @Override
  public Statement statement() {
    Json.Builder json =
        Json.obj()
            .put("control", control)
            .put("effective", effective)
            .put("observed", observed)
            .put("validUntil", validUntil);
    if (!note.isEmpty()) {
      json.put("note", note);
    }
    if (!kind.equals(STATEMENT)) {
      json.put("kind", kind);
    }
    document.ifPresent(digest -> json.put("document", digest));
    return Statement.about(subject, subjectDigest, PREDICATE_TYPE, json.build());
  }
}
