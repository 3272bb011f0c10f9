package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Destroys a root key: what is under it becomes unreadable, and that is said before. */
@Command(
    description = {
      "Destroys a root key for ever; two security admins sign.",
      "Every model that is under it becomes unreadable, in every copy there is."
    },
    footer = {"", "Example: sallyport keys destroy 0f3a… --as sec1 --as sec2 --yes-destroy 0f3a…"})
final class KeysDestroy implements Callable<Integer> {
  private final Session session;
  @Mixin private final SignAll signers = new SignAll();

  @Parameters(paramLabel = "ID", description = "As listed by: sallyport keys show.")
  private String key = "";

  @Option(
      names = "--yes-destroy",
      paramLabel = "ID",
      description = "The id once more, after the list of what will be lost was read.")
  private @Nullable String confirmed;

  KeysDestroy(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException, InterruptedException {
    signers.require();
    Home home = session.home();
    Json.Obj place = place(RootKeyOrder.keys(home));
    VaultKeys vault = VaultKeys.list(home);
    List<String> lost = vault.under(key);
    if (!key.equals(confirmed)) {
      throw new Failure(Exit.USAGE, warning(lost, vault.failed()));
    }
    String destroyed = destroy(session, place);
    forget(home, place);
    List<String> lines = new ArrayList<>();
    lines.add("destroyed   " + destroyed);
    lost.forEach(model -> lines.add("unreadable  " + model));
    lines.add("remains     " + remains(place));
    session.print(
        Json.obj()
            .put("destroyed", key)
            .put("unreadable", Json.strings(lost))
            .put("remains", remains(place))
            .build(),
        lines);
    return Exit.OK.status();
  }

  private String destroy(Session session, Json.Obj place) throws Failure, BadInput {
    try {
      return new RootKeyOrder("destroy", key, Optional.empty())
          .give(session, signers)
          .string("destroyed");
    } catch (Failure e) {
      if (!String.valueOf(e.getMessage()).startsWith("root-key: ")) {
        throw e;
      }
      throw new Failure(
          Exit.REFUSED,
          e.getMessage()
              + "; it is in "
              + RootKeyPlace.text(place)
              + "; keyd uses it no more, and destroys it at its first start that reaches it",
          e);
    }
  }

  /** What keyd need not be shown any more. */
  private static void forget(Home home, Json.Obj place) throws Failure, BadInput, IOException {
    List<Json.Obj> left = new ArrayList<>();
    for (Json.Obj one : RootKeyOrder.keys(home).objects("keys")) {
      left.add(one.object("place"));
    }
    RootKeyPlaces.read(home).without(place, left).write(home);
  }

  /** What no order reaches. */
  private static String remains(Json.Obj place) throws BadInput {
    return switch (place.string("provider")) {
      case "file" ->
          "copies of its file, in a backup or on a disk that writes elsewhere, still open";
      case "pkcs11" -> "a backup that the token made of it would still open";
      default -> "nothing: copies of its file open nothing without the TPM's share";
    };
  }

  private Json.Obj place(Json.Obj keys) throws Failure, BadInput {
    for (Json.Obj one : keys.objects("keys")) {
      if (one.string("id").equals(key)) {
        return one.object("place");
      }
    }
    throw new Failure(Exit.MISSING, "there is no root key " + key + "; see: sallyport keys show");
  }

  private String warning(List<String> lost, List<String> unknown) {
    String what =
        lost.isEmpty()
            ? "no model of this vault is under it, but copies elsewhere may be"
            : lost.size() + " become unreadable for ever: " + String.join(", ", lost);
    String doubt = unknown.isEmpty() ? "" : "; not looked at: " + String.join(", ", unknown);
    return "root key " + key + ": " + what + doubt + "; confirm with --yes-destroy " + key;
  }
}
