package dev.sallyport.keyd;

import dev.sallyport.core.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;

/**
 * keyd's own record of what it granted and refused, so that a lying server is found out: one JSON
 * object per line. At {@link #LIMIT} bytes it becomes {@code journal.1} and starts again, so it
 * takes twice that at most. Thread-safe; owned by {@link Main}.
 */
final class Journal implements AutoCloseable {
  static final long LIMIT = 4 << 20;

  private final Path file;
  private FileChannel out;

  private Journal(Path file, FileChannel out) {
    this.file = file;
    this.out = out;
  }

  static Journal open(Path file) throws IOException {
    return new Journal(file, channel(file));
  }

  /** Appends one line durably. */
  synchronized void write(Instant at, String event, Json.Obj data) throws IOException {
    if (out.size() > LIMIT) {
      rotate();
    }
    Json.Obj line = Json.obj().put("at", at).put("event", event).put("data", data).build();
    ByteBuffer bytes =
        ByteBuffer.wrap((Json.toString(line) + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
    out.force(false);
  }

  private void rotate() throws IOException {
    out.close();
    Files.move(
        file,
        file.resolveSibling(file.getFileName() + ".1"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    out = channel(file);
  }

  private static FileChannel channel(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }

  @Override
  public synchronized void close() throws IOException {
    out.close();
  }
}
