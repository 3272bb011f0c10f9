package dev.sallyport.controls;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One control of a catalogue.
 *
 * @param demands what must be so, in our own words
 * @param place the group or clause that it belongs to
 * @param family under which summaries count it; the place if the file says nothing
 * @param evidence the kinds of evidence that satisfy it, at least one
 * @param attest the roles that may attest it, at least one
 * @param days how long evidence lasts at most
 * @param watchedBy the installation's own check that looks at it, if there is one
 * @param idVerified whether the id was compared with the standard itself
 * @param dated whether an assessment answers it with a date and a reference, such as of a
 *     certificate; what is dated always applies
 * @param everyDays how old that date may be; 0 if it is done once
 */
public record Control(
    String id,
    String title,
    String demands,
    String place,
    String family,
    Set<EvidenceKind> evidence,
    Set<String> attest,
    int days,
    Optional<String> watchedBy,
    boolean idVerified,
    boolean dated,
    int everyDays) {
  /** What an id looks like. */
  public static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.-]{0,63}");

  /** The roles that attest anything. */
  public static final List<String> ROLES = List.of("assessor", "audit-admin");

  public static final int MAX_TEXT = 500;
  public static final int MAX_DAYS = 366;

  public Control {
    evidence = Set.copyOf(evidence);
    attest = Set.copyOf(attest);
  }

  /** Whether evidence of this kind, signed in this role, speaks for the control. */
  public boolean satisfiedBy(EvidenceKind kind, String role) {
    return evidence.contains(kind) && attest.contains(role);
  }

  static Control parse(Json.Obj json) throws BadInput {
    json.only(
        "id",
        "title",
        "demands",
        "place",
        "family",
        "evidence",
        "attest",
        "days",
        "watchedBy",
        "idVerified",
        "dated",
        "everyDays");
    Optional<String> watchedBy = json.findString("watchedBy");
    boolean dated = json.find("dated").isPresent() && json.bool("dated");
    return new Control(
        id(json.string("id")),
        text(json, "title"),
        text(json, "demands"),
        text(json, "place"),
        text(json, json.find("family").isPresent() ? "family" : "place"),
        kinds(json.strings("evidence")),
        roles(json.strings("attest")),
        days(json, "days"),
        watchedBy.isPresent() ? Optional.of(id(watchedBy.get())) : watchedBy,
        json.find("idVerified").isEmpty() || json.bool("idVerified"),
        dated,
        every(json, dated));
  }

  private static int every(Json.Obj json, boolean dated) throws BadInput {
    if (json.find("everyDays").isEmpty()) {
      return 0;
    }
    if (!dated) {
      throw new BadInput("everyDays without \"dated\": true; what has no date has no age");
    }
    return days(json, "everyDays");
  }

  static String id(String value) throws BadInput {
    if (!ID.matcher(value).matches()) {
      throw new BadInput("id \"" + Json.clip(value) + "\" is not of letters, digits, - and .");
    }
    return value;
  }

  private static String text(Json.Obj json, String name) throws BadInput {
    String value = json.string(name);
    if (value.isBlank() || value.length() > MAX_TEXT) {
      throw new BadInput(
          name + " has " + value.length() + " characters; 1 to " + MAX_TEXT + " are allowed");
    }
    return value;
  }

  private static Set<EvidenceKind> kinds(List<String> words) throws BadInput {
    Set<EvidenceKind> kinds = EnumSet.noneOf(EvidenceKind.class);
    for (String word : words) {
      if (!kinds.add(EvidenceKind.parse(word))) {
        throw new BadInput("evidence names \"" + word + "\" twice");
      }
    }
    if (kinds.isEmpty()) {
      throw new BadInput("evidence is empty; a control names what satisfies it");
    }
    return kinds;
  }

  private static Set<String> roles(List<String> words) throws BadInput {
    for (String word : words) {
      if (!ROLES.contains(word)) {
        throw new BadInput("\"" + Json.clip(word) + "\" is no role that attests");
      }
    }
    if (words.isEmpty() || Set.copyOf(words).size() != words.size()) {
      throw new BadInput("attest is empty or names a role twice");
    }
    return Set.copyOf(words);
  }

  private static int days(Json.Obj json, String name) throws BadInput {
    long value = json.integer(name);
    if (value < 1 || value > MAX_DAYS) {
      throw new BadInput(name + " is " + value + "; 1 to " + MAX_DAYS + " are allowed");
    }
    return (int) value;
  }
}
