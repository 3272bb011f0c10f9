package dev.sallyport.keeper;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Deadline;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** Asks {@code GET /health} on a runtime's socket; reads nothing but the status line. */
final class Health {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final int STATUS_LINE = 64;
  private static final byte[] REQUEST =
      "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  private Health() {}

  /** Whether the runtime answers 200. One that does not answer at all is not healthy. */
  static boolean of(Path socket) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return Deadline.within(LIMIT, channel, () -> ask(channel, socket));
    } catch (IOException | BadInput notYet) {
      return false;
    }
  }

  private static boolean ask(SocketChannel channel, Path socket) throws IOException {
    channel.connect(UnixDomainSocketAddress.of(socket));
    ByteBuffer request = ByteBuffer.wrap(REQUEST);
    while (request.hasRemaining()) {
      channel.write(request);
    }
    ByteBuffer line = ByteBuffer.allocate(STATUS_LINE);
    while (line.hasRemaining() && channel.read(line) >= 0) {
      String said = new String(line.array(), 0, line.position(), StandardCharsets.ISO_8859_1);
      if (said.contains("\r\n")) {
        return said.matches("(?s)HTTP/1\\.[01] 200 .*");
      }
    }
    return false;
  }
}
