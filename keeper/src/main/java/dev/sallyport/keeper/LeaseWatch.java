package dev.sallyport.keeper;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Deadline;
import dev.sallyport.core.Json;
import dev.sallyport.core.Peer;
import dev.sallyport.core.Refusal;
import dev.sallyport.core.Wire;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Watches one lease at keyd and tells once if it falls (spec/key-release.md §5). A lost connection
 * is tried again until closed: not hearing of a revocation is bounded by the lease's end, which the
 * {@link Model} guards by itself. Owns one virtual thread.
 */
final class LeaseWatch implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("keeper");

  /** keyd gives a sign of life every 10 s. */
  private static final Duration SILENCE = Duration.ofSeconds(25);

  private static final Duration PAUSE = Duration.ofMillis(250);

  private final Path socket;
  private final Leasing.Held held;
  private final Consumer<String> fallen;
  private final Thread thread;

  LeaseWatch(Path socket, Leasing.Held held, Consumer<String> fallen) {
    this.socket = socket;
    this.held = held;
    this.fallen = fallen;
    this.thread = Thread.ofVirtual().name("watch").start(this::run);
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          if (watchOnce()) {
            return;
          }
        } catch (IOException lost) {
          LOG.log(System.Logger.Level.INFO, "watch lost: {0}", lost.getMessage());
        }
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    } catch (BadInput | Refusal e) {
      // keyd does not know its own lease any more: that is as good as a revocation.
      LOG.log(System.Logger.Level.ERROR, "keyd refuses to watch the lease", e);
      fallen.accept("keyd refuses to watch the lease");
    }
  }

  /** True when the lease fell. */
  private boolean watchOnce() throws IOException, BadInput, Refusal {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      Wire.write(
          channel, Json.obj().put("op", "watch").put("lease", held.envelope().toJson()).build());
      while (true) {
        Json.Obj said = Peer.answer(Deadline.within(SILENCE, channel, () -> Wire.read(channel)));
        if (said.bool("revoked")) {
          fallen.accept("revoked: " + Json.clip(said.string("reason")));
          return true;
        }
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
