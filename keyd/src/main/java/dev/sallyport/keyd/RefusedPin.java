package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Remembers which PIN file a token refused. A token locks itself after a few wrong PINs, and
 * whatever supervises keyd starts it again and again: without this, one wrong file would lock the
 * token. What is kept says which file it was, nothing of what is in it.
 *
 * @param file the PIN file
 * @param mark where that is kept
 */
record RefusedPin(Path file, StateFile mark) {
  static RefusedPin of(Path directory, Path file) {
    return new RefusedPin(file, new StateFile(directory.resolve("state/pin-refused")));
  }

  /** Fails if the file is, unchanged, the one that was refused. */
  void requireNotThis() throws IOException, BadInput {
    if (mark.exists() && mark.load().string("file").equals(stamp())) {
      throw new BadInput(
          "the token refused this PIN file before; it is not tried again until it is written anew");
    }
  }

  void remember() throws IOException {
    mark.store(Json.obj().put("file", stamp()).build());
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
