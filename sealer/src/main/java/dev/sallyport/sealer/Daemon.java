package dev.sallyport.sealer;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.core.Peer;
import dev.sallyport.core.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A process that the sealer asks, by the name that messages give it. */
record Daemon(String name, Peer peer) {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  static Daemon keyd(Path home) {
    return new Daemon("keyd", new Peer(home.resolve("run/keyd-seal/seal.sock"), LIMIT));
  }

  static Daemon server(Path home) {
    return new Daemon("server", new Peer(home.resolve("run/server/control.sock"), LIMIT));
  }

  /**
   * Asks.
   *
   * @param refused the status to end with if it refuses
   */
  Json.Obj ask(Json.Obj request, int refused) throws Failure {
    try {
      return askOrRefuse(request);
    } catch (Refusal e) {
      throw new Failure(refused, name + " refused (" + e.code() + "): " + e.getMessage(), e);
    }
  }

  /** Asks, where a refusal is no failure. */
  Json.Obj askOrRefuse(Json.Obj request) throws Refusal, Failure {
    try {
      return peer.ask(request);
    } catch (IOException e) {
      throw new Failure(Failure.UNAVAILABLE, name + " does not answer: " + e.getMessage(), e);
    } catch (BadInput e) {
      throw nonsense(e);
    }
  }

  /** For an answer that lacks what it should have. */
  Failure nonsense(BadInput e) {
    return new Failure(Failure.UNAVAILABLE, name + " answered nonsense: " + e.getMessage(), e);
  }
}
