package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.core.Peer;
import dev.sallyport.core.Refusal;
import dev.sallyport.keys.Envelope;
import java.io.IOException;
import java.time.Duration;

/** A process of the installation as the command line asks it: failures are lines and statuses. */
record Control(Peer peer, String name) {
  /** Starting a model decrypts it first. */
  private static final Duration LIMIT = Duration.ofMinutes(15);

  private static final Duration SHORT = Duration.ofSeconds(10);

  static Control of(Home home) {
    return new Control(new Peer(home.control(), LIMIT), "server");
  }

  /** keyd's socket for witnessing and revocation. */
  static Control witness(Home home) {
    return new Control(new Peer(home.witness(), SHORT), "keyd");
  }

  Json.Obj ask(String op) throws Failure {
    return ask(op, Json.obj());
  }

  /** Asks with these members beside {@code op}. */
  Json.Obj ask(String op, Json.Builder members) throws Failure {
    try {
      return peer.ask(members.put("op", op).build());
    } catch (Refusal e) {
      throw new Failure(Exit.REFUSED, e.code(), e.code() + ": " + e.getMessage());
    } catch (IOException e) {
      throw new Failure(
          Exit.UNAVAILABLE,
          name + " does not answer (" + e.getMessage() + "); start it with: sallyport up",
          e);
    } catch (BadInput e) {
      throw new Failure(Exit.DATA, name + " answered with something else: " + e.getMessage(), e);
    }
  }

  /** Hands a signed statement to the server. */
  Json.Obj submit(Envelope envelope) throws Failure {
    return ask("submit", Json.obj().put("envelope", envelope.toJson()));
  }
}
