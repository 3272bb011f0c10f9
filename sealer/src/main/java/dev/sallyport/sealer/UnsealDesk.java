package dev.sallyport.sealer;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.vault.SealedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The two processes that a plaintext copy needs: the server logs it, keyd gives the key
 * (spec/key-release.md §10).
 */
record UnsealDesk(Daemon keyd, Daemon server) {
  /** A server that its supervisor starts again is back within that many tries. */
  private static final int TRIES = 10;

  private static final Duration PAUSE = Duration.ofSeconds(1);

  static UnsealDesk at(Path home) {
    return new UnsealDesk(Daemon.keyd(home), Daemon.server(home));
  }

  /** Has the intent logged and witnessed; answers {@code {checkpoint, proof}}. */
  Json.Obj intend(Envelope order, Envelope request) throws Failure {
    return server.ask(
        Json.obj()
            .put("op", "unseal.intend")
            .put("order", order.toJson())
            .put("request", request.toJson())
            .build(),
        Failure.REFUSED);
  }

  /** {@code {key, carry?}}, as keyd wrapped them to the one-time recipient of the request. */
  Json.Obj keys(Envelope order, Envelope request, Json.Obj intent, SealedModel model)
      throws Failure, IOException {
    try {
      Json.Builder papers =
          Json.obj()
              .put("op", "unseal")
              .put("order", order.toJson())
              .put("request", request.toJson())
              .put("checkpoint", intent.string("checkpoint"))
              .put("proof", intent.object("proof"))
              .put("wrapped", model.wrapped());
      model.carry().ifPresent(carry -> papers.put("carry", carry));
      return keyd.ask(papers.build(), Failure.REFUSED);
    } catch (BadInput e) {
      throw new Failure(Failure.UNAVAILABLE, "an answer is not one: " + e.getMessage(), e);
    }
  }

  /** Has an event logged; durable when this returns. */
  void report(String type, Json.Obj data) throws Failure {
    Json.Obj event = Json.obj().put("op", "event").put("type", type).put("data", data).build();
    for (int i = 1; ; i++) {
      try {
        Json.Obj _ = server.ask(event, Failure.REFUSED);
        return;
      } catch (Failure e) {
        if (i == TRIES || e.status() != Failure.UNAVAILABLE) {
          throw e;
        }
      }
      pause();
    }
  }

  private static void pause() throws Failure {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure(Failure.UNAVAILABLE, "interrupted", e);
    }
  }
}
