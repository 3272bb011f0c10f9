package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * What keyd says of its root keys, in words.
 *
 * @param inForce the key that wraps, and where it lies
 * @param unreachable older keys that open nothing now, and why
 */
record RootKeyLines(String inForce, List<String> unreachable) {
  static RootKeyLines of(Json.Obj keys) throws BadInput {
    String inForce = "none; make one with: sallyport keys rotate";
    List<String> unreachable = new ArrayList<>();
    for (Json.Obj key : keys.objects("keys")) {
      String line = key.string("id") + "  " + RootKeyPlace.text(key.object("place"));
      if (key.bool("current")) {
        inForce = line;
      }
      if (key.find("unreachable").isPresent()) {
        unreachable.add(line + ": " + key.string("unreachable"));
      }
    }
    return new RootKeyLines(inForce, List.copyOf(unreachable));
  }
}
