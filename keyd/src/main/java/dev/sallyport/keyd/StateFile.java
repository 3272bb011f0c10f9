package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A small document kept durably: canonical JSON, a newline, its digest, a newline. It is replaced
 * as a whole (new file, fsync, rename, fsync of the directory), so after a crash it is the old one
 * or the new one. A missing or damaged file is an error, never a fresh start.
 */
final class StateFile {
  private static final int LIMIT = 16 << 20;

  private final Path file;

  StateFile(Path file) {
    this.file = file;
  }

  boolean exists() {
    return Files.exists(file);
  }

  Json.Obj load() throws IOException, BadInput {
    if (!exists()) {
      throw new BadInput(
          "state/"
              + file.getFileName()
              + " is missing though keys exist: it was deleted, or the"
              + " ceremony was not finished; restore it from the backup, never start anew");
    }
    String text = new String(Bounded.read(file, LIMIT), StandardCharsets.UTF_8);
    int cut = text.indexOf('\n');
    String body = text.substring(0, Math.max(cut, 0));
    if (cut < 0 || !text.substring(cut + 1).equals(Digest.of(body) + "\n")) {
      throw new BadInput("state/" + file.getFileName() + " is damaged: its digest does not match");
    }
    return Json.parseObject(body.getBytes(StandardCharsets.UTF_8));
  }

  void store(Json.Obj content) throws IOException {
    String body = Json.toString(content);
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    write(fresh, (body + "\n" + Digest.of(body) + "\n").getBytes(StandardCharsets.UTF_8));
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  private static void write(Path fresh, byte[] bytes) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
      out.force(true);
    }
  }
}
