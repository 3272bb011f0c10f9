package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Only one supervisor per home. The lock is the kernel's and ends with the process; the file tells
 * {@code down} whom to signal. Process ids are reused, so the start time is compared too.
 */
final class UpLock implements AutoCloseable {
  private static final int MAX = 1024;

  private final FileChannel channel;

  private UpLock(FileChannel channel) {
    this.channel = channel;
  }

  private static Path file(Home home) {
    return home.run().resolve("up.lock");
  }

  static UpLock take(Home home) throws Failure, IOException {
    FileChannel channel =
        FileChannel.open(file(home), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    // The lock belongs to the process and is released by close, or by its death.
    @Nullable FileLock lock = channel.tryLock();
    if (lock == null) {
      channel.close();
      throw new Failure(Exit.EXISTS, home.path() + " is already up; stop it with: sallyport down");
    }
    ProcessHandle self = ProcessHandle.current();
    byte[] content =
        Json.obj().put("pid", self.pid()).put("started", started(self)).build().canonical();
    channel.truncate(0);
    channel.write(ByteBuffer.wrap(content), 0);
    return new UpLock(channel);
  }

  /** The supervisor that runs, if one does. */
  static Optional<ProcessHandle> holder(Home home) throws IOException, BadInput {
    if (!Files.exists(file(home))) {
      return Optional.empty();
    }
    byte[] content = Bounded.read(file(home), MAX);
    if (content.length == 0) {
      return Optional.empty();
    }
    Json.Obj json = Json.parseObject(content);
    String start = json.string("started");
    return ProcessHandle.of(json.integer("pid"))
        .filter(p -> p.isAlive() && started(p).equals(start));
  }

  private static String started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toString).orElse("unknown");
  }

  @Override
  public void close() throws IOException {
    channel.truncate(0);
    channel.close();
  }
}
