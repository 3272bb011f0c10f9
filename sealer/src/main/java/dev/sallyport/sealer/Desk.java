package dev.sallyport.sealer;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Peer;
import dev.sallyport.core.Refusal;
import dev.sallyport.custody.DataKeys;
import dev.sallyport.keys.Recipient;
import dev.sallyport.keys.Secret;
import dev.sallyport.vault.ModelName;
import dev.sallyport.vault.SealedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** The two processes that sealing needs: keyd wraps the data key, the server logs the model. */
record Desk(Peer keyd, Peer server) {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  static Desk at(Path home) {
    return new Desk(
        new Peer(home.resolve("run/keyd-seal/seal.sock"), LIMIT),
        new Peer(home.resolve("run/server/control.sock"), LIMIT));
  }

  /** Has keyd wrap the data key under the root key (spec/key-release.md §3). */
  byte[] wrap(Recipient recipient, ModelName model, long version, Digest manifest, Secret dataKey)
      throws Failure {
    byte[] key = recipient.wrap(dataKey, DataKeys.context(model.value(), version, manifest));
    Json.Obj request =
        Json.obj()
            .put("op", "wrap")
            .put("model", model.value())
            .put("version", version)
            .put("manifest", manifest)
            .put("key", key)
            .build();
    Json.Obj answer = ask(keyd, "keyd", request);
    try {
      return answer.base64("wrapped");
    } catch (BadInput e) {
      throw new Failure(Failure.UNAVAILABLE, "keyd answered nonsense: " + e.getMessage(), e);
    }
  }

  /** Has the server log the model; when this returns, the entry is durable. */
  void log(SealedModel sealed) throws Failure {
    Json.Obj request =
        Json.obj()
            .put("op", "log.sealed")
            .put("model", sealed.model().value())
            .put("version", sealed.version())
            .put("manifest", sealed.manifest())
            .put("sealed", sealed.headerDigest())
            .put("files", sealed.files().size())
            .put("bytes", sealed.bytes())
            .put("signature", sealed.bundle())
            .build();
    ask(server, "server", request);
  }

  private static Json.Obj ask(Peer peer, String name, Json.Obj request) throws Failure {
    try {
      return peer.ask(request);
    } catch (Refusal e) {
      String message = name + " refused (" + e.code() + "): " + e.getMessage();
      throw new Failure(Failure.BAD_INPUT, message, e);
    } catch (IOException e) {
      throw new Failure(Failure.UNAVAILABLE, name + " does not answer: " + e.getMessage(), e);
    } catch (BadInput e) {
      throw new Failure(Failure.UNAVAILABLE, name + " answered nonsense: " + e.getMessage(), e);
    }
  }
}
