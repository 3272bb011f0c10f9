package dev.sallyport.risk;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Statement;
import java.time.Instant;

/** What an assessor says about a model or about the installation. */
public sealed interface Evidence permits Evaluation, ControlEvidence {
  /** When it was seen to be so. */
  Instant observed();

  /** From when on it says nothing any more. */
  Instant validUntil();

  /** Whether it speaks about now, by its own word. */
  default boolean fresh(Instant now) {
    return Freshness.of(this, now) == Freshness.FRESH;
  }

  /** The statement for an assessor to sign. */
  Statement statement();

  /** Whether the statement is evidence of a kind that counts. */
  static boolean is(Statement statement) {
    return statement.predicateType().equals(Evaluation.PREDICATE_TYPE)
        || statement.predicateType().equals(ControlEvidence.PREDICATE_TYPE);
  }

  static Evidence read(Statement statement) throws BadInput {
    return switch (statement.predicateType()) {
      case Evaluation.PREDICATE_TYPE -> Evaluation.read(statement);
      case ControlEvidence.PREDICATE_TYPE -> ControlEvidence.read(statement);
      default ->
          throw new BadInput(
              "predicate type " + Json.clip(statement.predicateType()) + " is not evidence");
    };
  }
}
