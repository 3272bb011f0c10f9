package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.tlog.CosignedCheckpoint;
import dev.sallyport.tlog.Merkle;
import java.util.HashSet;
import java.util.Set;

/**
 * What entries prove to be in the log under one cosigned checkpoint. Only {@link #prove} makes one,
 * so a fact in it is proven.
 */
final class LoggedFacts {
  private record Fact(String type, Digest id) {}

  private final Set<Fact> facts = new HashSet<>();

  private LoggedFacts() {}

  /** Verifies every proof; one that fails makes the whole bundle bad. */
  static LoggedFacts prove(Bundle bundle, CosignedCheckpoint checkpoint) throws BadInput {
    LoggedFacts proven = new LoggedFacts();
    for (Bundle.Entry entry : bundle.entries()) {
      byte[] leaf = entry.leaf();
      entry.proof(checkpoint.size()).verify(Merkle.leafHash(leaf), checkpoint.root());
      proven.add(Json.parseObject(leaf));
    }
    return proven;
  }

  private void add(Json.Obj entry) throws BadInput {
    String type = entry.string("type");
    Json.Obj data = entry.object("data");
    switch (type) {
      case "policy.set",
          "thresholds.set",
          "commands.set",
          "evidence.added",
          "release.requested",
          "release.approved" ->
          facts.add(new Fact(type, Envelope.parse(data.object("envelope")).id()));
      case "release.activated" -> facts.add(new Fact(type, data.digest("release")));
      case "lease.intended" ->
          facts.add(new Fact(type, Envelope.parse(data.object("request")).id()));
      // Types that a reader does not know are ignored (spec/audit-log.md §2): they prove nothing.
      default -> {}
    }
  }

  /** Fails unless an entry of this type about this id was proven. */
  void need(String type, Digest id) throws BadInput {
    if (!facts.contains(new Fact(type, id))) {
      throw new BadInput("no proof of entry " + type + " about " + id.brief());
    }
  }
}
