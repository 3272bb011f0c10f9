package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers which PIN files tokens refused. A token locks itself after a few wrong PINs, and
 * whatever supervises keyd starts it again and again: without this, one wrong file would lock the
 * token. What is kept says which file it was, nothing of what is in it.
 *
 * @param file the PIN file
 * @param mark where that is kept
 */
record RefusedPin(Path file, StateFile mark) {
  /** More than there are tokens; one is added only when a file was written anew and is wrong. */
  private static final int KEPT = 16;

  static RefusedPin of(Path directory, Path file) {
    return new RefusedPin(file, new StateFile(directory.resolve("state/pin-refused")));
  }

  /** Fails if the file is, unchanged, one that was refused. */
  void requireNotThis() throws IOException, BadInput {
    if (refused().contains(stamp())) {
      throw new BadInput(
          "the token refused this PIN file before; it is not tried again until it is written anew");
    }
  }

  void remember() throws IOException, BadInput {
    List<String> all = new ArrayList<>(refused());
    all.add(stamp());
    List<String> latest = all.subList(Math.max(0, all.size() - KEPT), all.size());
    mark.store(Json.obj().put("files", Json.strings(latest)).build());
  }

  /** Oldest first; keyd of before remembered one file. */
  private List<String> refused() throws IOException, BadInput {
    if (!mark.exists()) {
      return List.of();
    }
    Json.Obj json = mark.load();
    Optional<String> one = json.findString("file");
    return one.isPresent() ? List.of(one.get()) : json.strings("files");
  }

  private String stamp() throws IOException {
    Map<String, Object> a = Files.readAttributes(file, "unix:ino,size,lastModifiedTime,ctime");
    return a.get("ino")
        + " "
        + a.get("size")
        + " "
        + a.get("lastModifiedTime")
        + " "
        + a.get("ctime");
  }
}
