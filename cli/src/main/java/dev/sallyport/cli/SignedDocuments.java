package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Signed;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.risk.Enacted;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Thresholds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Policy and thresholds as they came into force, one version after the other.
 *
 * @param changes all versions of both, in the order of the log
 */
record SignedDocuments(
    Enacted<Policy> policy, Enacted<Thresholds> thresholds, List<Change> changes) {

  /**
   * A version.
   *
   * @param proposedBy who wanted it, if it says so
   */
  record Change(Instant at, String what, long version, String proposedBy, List<String> signers) {
    Change {
      signers = List.copyOf(signers);
    }

    Json.Obj toJson() {
      Json.Builder json =
          Json.obj()
              .put("at", at)
              .put("document", what)
              .put("version", version)
              .put("signedBy", Json.strings(signers));
      if (!proposedBy.isEmpty()) {
        json.put("proposedBy", proposedBy);
      }
      return json.build();
    }
  }

  SignedDocuments {
    changes = List.copyOf(changes);
  }

  /** Reads what the server lists, and verifies every signature. */
  static SignedDocuments read(TrustRoot root, List<Json.Obj> listed) throws BadInput {
    Optional<Enacted<Policy>> policy = Optional.empty();
    Optional<Enacted<Thresholds>> thresholds = Optional.empty();
    List<Change> changes = new ArrayList<>();
    for (Json.Obj item : listed) {
      Signed signed = root.verify(Envelope.parse(item.object("envelope")));
      if (signed.statement().predicateType().equals(Policy.PREDICATE_TYPE)) {
        Enacted<Policy> next = Policy.enacted(signed);
        policy = Optional.of(next);
        Policy p = next.document();
        changes.add(change(item, "policy", p.version(), p.proposedBy(), signed));
      } else {
        Enacted<Thresholds> next = Thresholds.enacted(signed);
        thresholds = Optional.of(next);
        Thresholds t = next.document();
        changes.add(change(item, "thresholds", t.version(), t.proposedBy(), signed));
      }
    }
    return new SignedDocuments(
        policy.orElseThrow(() -> new BadInput("no policy is in force")),
        thresholds.orElseThrow(() -> new BadInput("no thresholds are in force")),
        changes);
  }

  private static Change change(
      Json.Obj item, String what, long version, String proposedBy, Signed signed) throws BadInput {
    return new Change(item.instant("time"), what, version, proposedBy, names(signed));
  }

  static List<String> names(Signed signed) {
    return signed.signers().stream().map(Person::name).toList();
  }
}
