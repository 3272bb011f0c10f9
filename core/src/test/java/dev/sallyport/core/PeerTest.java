package dev.sallyport.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerTest {
  @TempDir Path dir;
  private ServerSocketChannel listener;
  private Peer peer;

  @BeforeEach
  void listen() throws IOException {
    Path socket = dir.resolve("s");
    listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listener.bind(UnixDomainSocketAddress.of(socket));
    peer = new Peer(socket, Duration.ofSeconds(20));
  }

  @AfterEach
  void close() throws IOException {
    listener.close();
  }

  @Test
  void returnsTheContentOfAnOkAnswer() throws Exception {
    Thread server = answering("{\"ok\":{\"n\":7}}");
    assertEquals(7, peer.ask(Json.obj().put("op", "count").build()).integer("n"));
    server.join();
  }

  @Test
  void turnsAnErrorAnswerIntoARefusalWithItsCode() throws Exception {
    Thread server = answering("{\"error\":{\"code\":\"gate\",\"message\":\"no\"}}");
    Refusal refusal =
        assertThrows(Refusal.class, () -> peer.ask(Json.obj().put("op", "x").build()));
    assertEquals("gate", refusal.code());
    server.join();
  }

  @Test
  void givesUpOnAPeerThatNeverAnswers() {
    Peer hasty = new Peer(peer.socket(), Duration.ofMillis(50));
    assertThrows(SocketTimeoutException.class, () -> hasty.ask(Json.obj().put("op", "x").build()));
  }

  @Test
  void failsWhenNobodyListens() {
    Peer nobody = new Peer(dir.resolve("none"), Duration.ofSeconds(1));
    assertThrows(IOException.class, () -> nobody.ask(Json.obj().put("op", "x").build()));
  }

  private Thread answering(String response) {
    return Thread.ofVirtual()
        .start(() -> {
          try (SocketChannel accepted = listener.accept()) {
            Wire.read(accepted);
            Wire.write(accepted, Json.parse(response).asObject("response"));
          } catch (IOException | BadInput e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
