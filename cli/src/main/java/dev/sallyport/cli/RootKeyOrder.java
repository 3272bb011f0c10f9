package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * An order about a root key: signed, logged, then carried out (spec/key-release.md §3.1).
 *
 * @param to where a new key goes; empty: to a place like the present one
 */
record RootKeyOrder(String action, String key, Optional<Json.Obj> to) {
  private Statement statement() {
    Json.Builder members =
        Json.obj()
            .put("action", action)
            .put("key", key)
            .put("at", Instant.now().truncatedTo(ChronoUnit.SECONDS));
    to.ifPresent(place -> members.put("to", place));
    Json.Obj predicate = members.build();
    return Statement.about(
        "root-key", predicate.digest(), Statement.OWN + "root-key/v1", predicate);
  }

  /** Has the order logged, and keyd carry it out on the proof of that (DESIGN invariant 3). */
  Json.Obj give(Session session, SignAll signers) throws Failure, BadInput {
    Envelope order = signers.sign(session.home(), statement());
    Json.Obj logged = session.control().submit(order);
    return Control.witness(session.home())
        .ask(
            "root-order",
            Json.obj()
                .put("order", order.toJson())
                .put("checkpoint", logged.string("checkpoint"))
                .put("proof", logged.object("proof")));
  }

  /** The root keys there are. */
  static Json.Obj keys(Home home) throws Failure {
    return Control.witness(home.existing()).ask("root-keys");
  }
}
