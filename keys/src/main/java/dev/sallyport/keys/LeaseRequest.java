package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a keeper asks keyd for (spec/key-release.md §4): the data key of this model, for this
 * release, wrapped to this one-time recipient, to run this command.
 *
 * @param release id of the release request
 * @param recipient the one-time X-Wing public key, hex
 * @param keeper id of the keeper's key
 * @param command {@link #commandDigest} of what will run
 * @param nonce 128 random bits, 32 lower-case hex digits
 * @param renews id of the lease that this one follows
 */
public record LeaseRequest(
    String model,
    Digest manifest,
    Digest release,
    String recipient,
    Digest keeper,
    String host,
    Digest command,
    String nonce,
    Instant at,
    Optional<String> renews) {
  public static final String PREDICATE_TYPE = Statement.OWN + "lease-request/v1";

  /** The command of the inference server that comes with Sallyport; always allowed. */
  public static final List<String> EMBEDDED = List.of("embedded");

  private static final int MAX_TEXT = 255;

  /**
   * Names what runs: the digest of canonical {@code {"command": […], "binds": […], "contents":
   * {…}}}, with the placeholders {@code {model}} and {@code {socket}} as they were given.
   *
   * @param contents path to digest: the executable's bytes, the manifest of each bound directory
   */
  public static Digest commandDigest(
      List<String> command, List<String> binds, Map<String, Digest> contents) {
    Json.Builder files = Json.obj();
    contents.forEach(files::put);
    return Json.obj()
        .put("command", Json.strings(command))
        .put("binds", Json.strings(binds))
        .put("contents", files.build())
        .build()
        .digest();
  }

  /** The digest of {@link #EMBEDDED}, whose files are the installation's own. */
  public static Digest embeddedDigest() {
    return commandDigest(EMBEDDED, List.of(), Map.of());
  }

  /** Reads a statement, whose signature the caller has verified. */
  public static LeaseRequest parse(Statement statement) throws BadInput {
    TrustRoot.requireType(statement, PREDICATE_TYPE);
    Json.Obj json = statement.predicate();
    json.only("release", "recipient", "keeper", "host", "command", "nonce", "at", "renews");
    return new LeaseRequest(
        statement.subject().name(),
        statement.subject().digest(),
        json.digest("release"),
        json.string("recipient"),
        json.digest("keeper"),
        text(json.string("host"), "host"),
        json.digest("command"),
        nonce(json.string("nonce")),
        json.instant("at"),
        json.findString("renews"));
  }

  /** The statement for the keeper to sign. */
  public Statement statement() {
    Json.Builder json =
        Json.obj()
            .put("release", release)
            .put("recipient", recipient)
            .put("keeper", keeper)
            .put("host", host)
            .put("command", command)
            .put("nonce", nonce)
            .put("at", at);
    renews.ifPresent(id -> json.put("renews", id));
    return Statement.about(model, manifest, PREDICATE_TYPE, json.build());
  }

  private static String nonce(String value) throws BadInput {
    if (!value.matches("[0-9a-f]{32}")) {
      throw new BadInput("nonce is not 32 lower-case hex digits");
    }
    return value;
  }

  private static String text(String value, String name) throws BadInput {
    if (value.length() > MAX_TEXT) {
      throw new BadInput(name + " has " + value.length() + " characters; limit " + MAX_TEXT);
    }
    return value;
  }
}
