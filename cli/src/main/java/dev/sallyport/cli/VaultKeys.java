package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which root key each sealed model is under. A process of the opening wing goes through the vault,
 * confined; this program only reads its answer.
 */
record VaultKeys(List<Json.Obj> models, long rewrapped, List<String> failed) {
  private static final int MAX_ANSWER = 16 << 20;

  /** Only looks. */
  static VaultKeys list(Home home) throws Failure, IOException, BadInput, InterruptedException {
    return run(home, List.of());
  }

  /** Has keyd wrap every data key under the current root key. */
  static VaultKeys rewrap(Home home, String current)
      throws Failure, IOException, BadInput, InterruptedException {
    return run(home, List.of("--current", current));
  }

  private static VaultKeys run(Home home, List<String> more)
      throws Failure, IOException, BadInput, InterruptedException {
    Json.Obj json = new VaultProcess(home, "Rewrap", MAX_ANSWER).ask(Confinements::rewrapper, more);
    return new VaultKeys(json.objects("models"), json.integer("rewrapped"), json.strings("failed"));
  }

  /** The models under this key: {@code tiny version 3}. */
  List<String> under(String key) throws BadInput {
    List<String> names = new ArrayList<>();
    for (Json.Obj model : models) {
      if (model.string("key").equals(key)) {
        names.add(
            model.string("model")
                + " version "
                + model.integer("version")
                + (model.bool("finished") ? "" : " (unfinished)"));
      }
    }
    return names;
  }

  /** Fails if anything could not be looked at or rewrapped. */
  void requireAll() throws Failure {
    if (!failed.isEmpty()) {
      throw new Failure(
          Exit.DATA,
          failed.size()
              + " versions could not be wrapped anew; they still open under their old key; first: "
              + failed.getFirst());
    }
  }
}
