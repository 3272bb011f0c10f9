package dev.sallyport.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Another process of the installation, reached over its Unix socket: one connection, one request,
 * one answer (spec/key-release.md §2).
 *
 * @param socket where it listens
 * @param limit how long one answer may take, connecting included
 */
public record Peer(Path socket, Duration limit) {

  /**
   * Asks and waits for the answer's {@code ok} member.
   *
   * @throws Refusal if the peer answered with an error
   * @throws IOException if nobody listens, the peer went away, or the limit passed
   * @throws BadInput if the answer is neither {@code ok} nor {@code error}
   */
  public Json.Obj ask(Json.Obj request) throws IOException, BadInput, Refusal {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      // Blocking reads of a Unix socket know no timeout: the watchdog closes the channel instead.
      Thread watchdog = Thread.ofVirtual().unstarted(() -> closeAfterLimit(channel));
      watchdog.start();
      try {
        Wire.write(channel, request);
        return answer(Wire.read(channel));
      } catch (ClosedChannelException e) {
        throw (IOException)
            new SocketTimeoutException("no answer within " + limit.toMillis() + " ms").initCause(e);
      } finally {
        watchdog.interrupt();
      }
    }
  }

  /** The content of an {@code ok} answer. */
  public static Json.Obj answer(Json.Obj response) throws BadInput, Refusal {
    if (response.find("error").isPresent()) {
      Json.Obj error = response.object("error");
      throw new Refusal(error.string("code"), error.string("message"));
    }
    return response.object("ok");
  }

  private void closeAfterLimit(SocketChannel channel) {
    try {
      Thread.sleep(limit);
      channel.close();
    } catch (InterruptedException e) {
      // The answer came in time: nothing is left to guard.
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
