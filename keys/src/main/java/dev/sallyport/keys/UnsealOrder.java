package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.time.Duration;
import java.time.Instant;

/**
 * What people sign so that one of them gets a plaintext copy of a model (spec/key-release.md §10).
 * By itself it says nothing about who signed: {@link ApprovedOrder} does.
 *
 * @param trustRoot id of the installation's trust root
 * @param holder id of the key of the system administrator who will hold the copy
 * @param reason shown to everyone who signs, and kept in the log
 * @param at from when
 * @param notAfter exclusive: at this instant no key is given for it any more
 */
public record UnsealOrder(
    String model,
    Digest manifest,
    long version,
    Digest trustRoot,
    Digest holder,
    String reason,
    Instant at,
    Instant notAfter,
    Nonce nonce) {
  public static final String PREDICATE_TYPE = Statement.OWN + "unseal/v1";

  /** Between {@code at} and {@code notAfter} at most. */
  public static final Duration LONGEST = Duration.ofHours(24);

  public static final int MAX_REASON = 500;

  /** Reads a statement, whose signatures the caller has verified. */
  public static UnsealOrder parse(Statement statement) throws BadInput {
    TrustRoot.requireType(statement, PREDICATE_TYPE);
    Statement.Subject subject = statement.subject();
    Json.Obj json =
        statement
            .predicate()
            .only("version", "trustRoot", "holder", "reason", "at", "notAfter", "nonce");
    UnsealOrder order =
        new UnsealOrder(
            model(subject.name()),
            subject.digest(),
            version(json.integer("version")),
            json.digest("trustRoot"),
            json.digest("holder"),
            reason(json.string("reason")),
            json.instant("at"),
            json.instant("notAfter"),
            Nonce.parse(json.string("nonce")));
    order.requireWindow();
    return order;
  }

  /** The statement to sign. */
  public Statement statement() {
    Json.Obj json =
        Json.obj()
            .put("version", version)
            .put("trustRoot", trustRoot)
            .put("holder", holder)
            .put("reason", reason)
            .put("at", at)
            .put("notAfter", notAfter)
            .put("nonce", nonce.hex())
            .build();
    return Statement.about(model, manifest, PREDICATE_TYPE, json);
  }

  /**
   * Fails outside the order's time.
   *
   * @param skew how far the clock of its author may be ahead
   */
  public void requireCurrent(Instant now, Duration skew) throws BadInput {
    if (Duration.between(now, at).compareTo(skew) > 0) {
      throw new BadInput("order begins at " + at + ", which is to come");
    }
    if (!now.isBefore(notAfter)) {
      throw new BadInput("order ended at " + notAfter);
    }
  }

  private void requireWindow() throws BadInput {
    Duration window = Duration.between(at, notAfter);
    if (window.isNegative() || window.isZero() || window.compareTo(LONGEST) > 0) {
      throw new BadInput(
          "order is for "
              + window.toSeconds()
              + " s; 1 to "
              + LONGEST.toSeconds()
              + " are allowed");
    }
  }

  /** As in the vault (spec/sealed-weights.md §6). */
  private static String model(String name) throws BadInput {
    if (!name.matches("[a-z0-9][a-z0-9._-]{0,63}")) {
      throw new BadInput("\"" + Json.clip(name) + "\" is no name of a model");
    }
    return name;
  }

  private static long version(long version) throws BadInput {
    if (version < 1) {
      throw new BadInput("version " + version + " is not a positive integer");
    }
    return version;
  }

  /** People decide on what they see: so nothing that a terminal obeys or turns around. */
  private static String reason(String text) throws BadInput {
    if (text.isBlank() || text.length() > MAX_REASON) {
      throw new BadInput(
          "reason has " + text.length() + " characters; 1 to " + MAX_REASON + ", not all blank");
    }
    if (!text.codePoints().allMatch(UnsealOrder::shows)) {
      throw new BadInput("reason has a character that does not show");
    }
    return text;
  }

  private static boolean shows(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
