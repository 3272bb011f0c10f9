package dev.sallyport.server;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Peer;
import dev.sallyport.core.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The keeper as the server reaches it: it may be asked to run and to stop, and what runs. */
final class KeeperLink {
  /** Decrypting and loading a large model takes a while. */
  private static final Duration RUN = Duration.ofMinutes(14);

  private static final Duration SHORT = Duration.ofSeconds(10);
  private static final int MAX_RUNTIMES = 1000;

  private final Path socket;

  KeeperLink(Path socket) {
    this.socket = socket;
  }

  /**
   * A runtime that serves. The keeper ends it by itself when its lease does, at notAfter.
   *
   * @param loader how its plaintext gets before it, for people to read
   * @param isolation what confines it besides its namespaces, for people to read
   * @param profile of its command, if that has one of its own
   * @param attestation what keyd verified about the host, {@code none} said too
   */
  record Running(
      String model,
      Digest release,
      Instant notAfter,
      Optional<String> loader,
      Optional<String> isolation,
      Optional<Digest> profile,
      List<Json.Obj> attestation) {}

  /** Starts a model; answers when it serves. */
  Json.Obj run(Json.Obj arguments) throws IOException, BadInput, Refusal {
    return new Peer(socket, RUN).ask(with("run", arguments));
  }

  Json.Obj stop(String model, String reason) throws IOException, BadInput, Refusal {
    Json.Obj arguments = Json.obj().put("model", model).put("reason", reason).build();
    return new Peer(socket, SHORT).ask(with("stop", arguments));
  }

  /** The models that serve now. */
  List<Running> running() throws IOException, BadInput, Refusal {
    Json.Obj status = new Peer(socket, SHORT).ask(with("status", Json.obj().build()));
    List<Json.Obj> items = status.objects("models");
    if (items.size() > MAX_RUNTIMES) {
      throw new BadInput(items.size() + " runtimes; limit " + MAX_RUNTIMES);
    }
    List<Running> running = new ArrayList<>();
    for (Json.Obj item : items) {
      serving(item).ifPresent(running::add);
    }
    return running;
  }

  private static Optional<Running> serving(Json.Obj item) throws BadInput {
    return item.string("state").equals("running")
        ? Optional.of(
            new Running(
                item.string("model"),
                item.digest("release"),
                item.instant("notAfter"),
                item.findString("loader").map(Json::clip),
                item.findString("isolation").map(Json::clip),
                item.find("profile").isPresent()
                    ? Optional.of(item.digest("profile"))
                    : Optional.empty(),
                item.objects("attestation")))
        : Optional.empty();
  }

  private static Json.Obj with(String op, Json.Obj arguments) {
    Json.Builder request = Json.obj().put("op", op);
    arguments.members().forEach(request::put);
    return request.build();
  }
}
