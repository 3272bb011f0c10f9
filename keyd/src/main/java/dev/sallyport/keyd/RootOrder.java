package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.Signed;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * An order of two security administrators about a root key (spec/key-release.md §3.1). It names the
 * key it is about, which is another afterwards, so it cannot be carried out twice.
 *
 * @param to where the new key goes; if nobody signed that, to a place of the same kind
 */
record RootOrder(Action action, String key, Optional<RootKind> to) {
  static final String PREDICATE_TYPE = Statement.OWN + "root-key/v1";

  /** What a rotation names if there is no root key any more. */
  static final String NONE = "none";

  private static final Duration FRESH = Duration.ofMinutes(15);
  private static final Duration AHEAD = Duration.ofSeconds(5);

  /** What to do. */
  enum Action {
    ROTATE,
    DESTROY
  }

  static RootOrder parse(Signed signed, Instant now) throws BadInput {
    TrustRoot.requireType(signed.statement(), PREDICATE_TYPE);
    long admins =
        signed.signers().stream()
            .filter(p -> p.role() == Role.SECURITY_ADMIN)
            .map(Person::name)
            .distinct()
            .count();
    if (admins < 2) {
      throw new BadInput("signed by " + admins + " security administrators; 2 are needed");
    }
    Json.Obj json = signed.statement().predicate().only("action", "key", "to", "at");
    Instant at = json.instant("at");
    if (at.isBefore(now.minus(FRESH)) || at.isAfter(now.plus(AHEAD))) {
      throw new BadInput(
          "order is of " + at + "; it must be carried out within " + FRESH.toMinutes() + " min");
    }
    Action action =
        switch (json.string("action")) {
          case "rotate" -> Action.ROTATE;
          case "destroy" -> Action.DESTROY;
          default -> throw new BadInput("order is neither to rotate nor to destroy");
        };
    Optional<RootKind> to = Optional.empty();
    if (json.find("to").isPresent()) {
      to = Optional.of(RootKind.ordered(json.object("to")));
    }
    if (to.isPresent() && action == Action.DESTROY) {
      throw new BadInput("order to destroy names a place for a new key");
    }
    return new RootOrder(action, json.string("key"), to);
  }
}
