package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The root keys, and what is under each. */
@Command(
    description = "Shows the root keys and the models under each.",
    footer = {"", "Example: sallyport keys show"})
final class KeysShow implements Callable<Integer> {
  private final Session session;

  KeysShow(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException, InterruptedException {
    Home home = session.home();
    Json.Obj keys = RootKeyOrder.keys(home);
    VaultKeys vault = VaultKeys.list(home);
    List<String> lines = new ArrayList<>();
    List<Json> list = new ArrayList<>();
    for (Json.Obj key : keys.objects("keys")) {
      List<String> models = vault.under(key.string("id"));
      Json.Builder json = Json.obj();
      key.members().forEach(json::put);
      list.add(json.put("models", Json.strings(models)).build());
      lines.add(
          "key         "
              + key.string("id")
              + "  "
              + Text.column(key.string("provider"), 8)
              + " since "
              + key.string("since")
              + (key.bool("current") ? "  current" : "")
              + (key.bool("doomed") ? "  to be destroyed" : ""));
      lines.add("            in " + RootKeyPlace.text(key.object("place")));
      key.findString("unreachable")
          .ifPresent(why -> lines.add("            cannot be reached, opens nothing: " + why));
      models.forEach(model -> lines.add("            " + model));
    }
    if (list.isEmpty()) {
      lines.add("no root key; make one with: sallyport keys rotate");
    }
    vault.failed().forEach(line -> lines.add("unreadable  " + line));
    session.print(
        Json.obj()
            .put("current", keys.string("current"))
            .put("keys", Json.arr(list))
            .put("failed", Json.strings(vault.failed()))
            .build(),
        lines);
    return Exit.OK.status();
  }
}
