package dev.sallyport.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListenerTest {
  @TempDir Path dir;
  private Path path;
  private Listener listener;

  @BeforeEach
  void listen() throws Exception {
    path = dir.resolve("run/s.sock");
    listener = Listener.open(path, new Listener.Limits(2, Duration.ofMillis(300)), this::answer);
  }

  @AfterEach
  void close() throws IOException {
    listener.close();
  }

  private void answer(Json.Obj request, Listener.Exchange out)
      throws Refusal, BadInput, IOException {
    switch (request.string("op")) {
      case "echo" -> out.ok(request);
      case "twice" -> {
        out.ok(request);
        out.ok(request);
      }
      case "bug" -> throw new IllegalStateException("internal error: test");
      default -> throw new Refusal("op", "no such op");
    }
  }

  private SocketChannel connect() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(path));
  }

  private static Json.Obj op(String name) {
    return Json.obj().put("op", name).build();
  }

  @Test
  void answersRequestsOfOneConnectionInTurn() throws Exception {
    try (SocketChannel c = connect()) {
      Wire.write(c, op("echo"));
      Wire.write(c, op("twice"));
      for (String expected : new String[] {"echo", "twice", "twice"}) {
        assertEquals(expected, Wire.read(c).object("ok").string("op"));
      }
    }
  }

  @Test
  void answersErrorsWithTheirCodeAndStaysOpen() throws Exception {
    try (SocketChannel c = connect()) {
      Wire.write(c, op("nonsense"));
      assertEquals("op", Wire.read(c).object("error").string("code"));
      Wire.write(c, Json.obj().build());
      assertEquals("request", Wire.read(c).object("error").string("code"));
      Wire.write(c, op("bug"));
      Json.Obj error = Wire.read(c).object("error");
      assertEquals("internal", error.string("code"));
      assertFalse(error.string("message").contains("test"));
      Wire.write(c, op("echo"));
      assertTrue(Wire.read(c).find("ok").isPresent());
    }
  }

  @Test
  void dropsAPeerThatSendsNoWholeFrame() throws Exception {
    try (SocketChannel c = connect()) {
      c.write(ByteBuffer.wrap(new byte[] {0, 0, 0, 50, '{'}));
      assertThrows(EOFException.class, () -> Wire.read(c));
    }
  }

  @Test
  void dropsAPeerWhoseFrameIsTooLong() throws Exception {
    try (SocketChannel c = connect()) {
      c.write(ByteBuffer.wrap(new byte[] {0x7f, 0, 0, 0}));
      assertThrows(IOException.class, () -> Wire.read(c));
    }
  }

  @Test
  void refusesConnectionsBeyondTheLimit() throws Exception {
    try (SocketChannel a = connect();
        SocketChannel b = connect()) {
      Wire.write(a, op("echo"));
      Wire.read(a);
      Wire.write(b, op("echo"));
      Wire.read(b);
      try (SocketChannel c = connect()) {
        assertThrows(
            IOException.class,
            () -> {
              Wire.write(c, op("echo"));
              Wire.read(c);
            });
      }
    }
  }

  @Test
  void socketIsForItsOwnerOnly() throws Exception {
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    assertEquals(
        "rwx------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(path.getParent())));
  }

  @Test
  void closingEndsConnectionsAndRemovesTheSocket() throws Exception {
    try (SocketChannel c = connect()) {
      Wire.write(c, op("echo"));
      Wire.read(c);
      listener.close();
      assertThrows(IOException.class, () -> Wire.read(c));
    }
    assertFalse(Files.exists(path));
  }

  @Test
  void replacesASocketThatADeadProcessLeft() throws Exception {
    Path left = dir.resolve("run/left.sock");
    Files.writeString(left, "");
    try (Listener second = Listener.open(left, Listener.Limits.DEFAULT, this::answer)) {
      assertEquals("echo", new Peer(left, Duration.ofSeconds(20)).ask(op("echo")).string("op"));
    }
  }

  @Test
  void saysThatAPathIsTooLong() {
    Path deep = dir.resolve("d".repeat(110)).resolve("s");
    BadInput e =
        assertThrows(
            BadInput.class, () -> Listener.open(deep, Listener.Limits.DEFAULT, this::answer));
    assertTrue(e.getMessage().contains("107"));
  }
}
