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
 * @param attestation evidence of the hardware (§9), each {@code type} and {@code evidence}; none at
 *     all stands for "none"
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
    Optional<String> renews,
    List<Json.Obj> attestation) {
  public static final String PREDICATE_TYPE = Statement.OWN + "lease-request/v1";

  /** The command of the inference server that comes with Sallyport; always allowed. */
  public static final List<String> EMBEDDED = List.of("embedded");

  private static final int MAX_TEXT = 255;
  private static final int MAX_ATTESTATIONS = 16;

  public LeaseRequest {
    attestation = List.copyOf(attestation);
  }

  /** A request of a host that says nothing about its hardware. */
  public LeaseRequest(
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
    this(model, manifest, release, recipient, keeper, host, command, nonce, at, renews, List.of());
  }

  /**
   * Names what runs: the digest of canonical {@code {"command": […], "binds": […], "contents":
   * {…}}}, with the placeholders {@code {model}} and {@code {socket}} as they were given.
   *
   * @param contents path to digest: the executable's bytes, those of the interpreters of a script,
   *     the manifest of each bound directory
   */
  public static Digest commandDigest(
      List<String> command, List<String> binds, Map<String, Digest> contents) {
    return commandDigest(command, binds, contents, Optional.empty());
  }

  /**
   * As above, of a command that runs under a profile of its own: a member {@code profile} more, so
   * that without one the digest is what it always was.
   *
   * @param profile the digest of that document
   */
  public static Digest commandDigest(
      List<String> command,
      List<String> binds,
      Map<String, Digest> contents,
      Optional<Digest> profile) {
    Json.Builder files = Json.obj();
    contents.forEach(files::put);
    Json.Builder all =
        Json.obj()
            .put("command", Json.strings(command))
            .put("binds", Json.strings(binds))
            .put("contents", files.build());
    profile.ifPresent(digest -> all.put("profile", digest));
    return all.build().digest();
  }

  /** The digest of {@link #EMBEDDED}, whose files are the installation's own. */
  public static Digest embeddedDigest() {
    return commandDigest(EMBEDDED, List.of(), Map.of());
  }

  /** Reads a statement, whose signature the caller has verified. */
  public static LeaseRequest parse(Statement statement) throws BadInput {
    TrustRoot.requireType(statement, PREDICATE_TYPE);
    Json.Obj json = statement.predicate();
    json.only(
        "release",
        "recipient",
        "keeper",
        "host",
        "command",
        "nonce",
        "at",
        "renews",
        "attestation");
    return new LeaseRequest(
        statement.subject().name(),
        statement.subject().digest(),
        json.digest("release"),
        json.string("recipient"),
        json.digest("keeper"),
        text(json.string("host"), "host"),
        json.digest("command"),
        Nonce.parse(json.string("nonce")).hex(),
        json.instant("at"),
        json.findString("renews"),
        attestation(json));
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
    if (!attestation.isEmpty()) {
      json.put("attestation", Json.arr(attestation));
    }
    return Statement.about(model, manifest, PREDICATE_TYPE, json.build());
  }

  private static List<Json.Obj> attestation(Json.Obj json) throws BadInput {
    if (json.find("attestation").isEmpty()) {
      return List.of();
    }
    List<Json.Obj> items = json.objects("attestation");
    if (items.isEmpty() || items.size() > MAX_ATTESTATIONS) {
      throw new BadInput(
          items.size() + " attestations; 1 to " + MAX_ATTESTATIONS + ", or none at all");
    }
    return items;
  }

  private static String text(String value, String name) throws BadInput {
    if (value.length() > MAX_TEXT) {
      throw new BadInput(name + " has " + value.length() + " characters; limit " + MAX_TEXT);
    }
    return value;
  }
}
