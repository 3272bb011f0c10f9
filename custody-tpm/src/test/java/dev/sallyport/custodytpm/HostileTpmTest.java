package dev.sallyport.custodytpm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.custody.KeyUnavailable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What answers on the socket is no TPM, or one that lies. */
class HostileTpmTest {
  private static final Pcrs PCRS = new Pcrs(new TreeSet<>(Set.of(7)));

  @TempDir Path directory;

  @Test
  void refusesAnAnswerThatEndsEarly() throws Exception {
    assertEquals(
        "the TPM cannot be used: the TPM stopped in the middle of an answer",
        said(KeyUnavailable.Reason.DEVICE, header(0x8002, 40, 0)));
  }

  @Test
  void refusesSilence() throws Exception {
    said(KeyUnavailable.Reason.DEVICE, new byte[0]);
  }

  @Test
  void refusesALengthBeyondTheLimit() throws Exception {
    assertEquals(
        "the TPM cannot be used: the TPM's answer states 2147483647 bytes; limit 4096",
        said(KeyUnavailable.Reason.DEVICE, header(0x8002, Integer.MAX_VALUE, 0)));
    said(KeyUnavailable.Reason.DEVICE, header(0x8002, -1, 0));
    said(KeyUnavailable.Reason.DEVICE, header(0x8002, 9, 0));
  }

  @Test
  void refusesMoreThanWasStated() throws Exception {
    said(
        KeyUnavailable.Reason.DEVICE, TpmBuffer.empty().raw(header(0x8002, 10, 0)).u8(1).written());
  }

  @Test
  void refusesAnotherTag() throws Exception {
    assertEquals(
        "the TPM cannot be used: the TPM's answer has tag 0x1234",
        said(KeyUnavailable.Reason.DEVICE, header(0x1234, 10, 0)));
  }

  @Test
  void refusesSuccessWithoutAHandle() throws Exception {
    assertEquals(
        "the TPM cannot be used: the TPM's answer ends 4 bytes early",
        said(KeyUnavailable.Reason.DEVICE, header(0x8002, 10, 0)));
  }

  @Test
  void saysThatTheTpmIsInLockout() throws Exception {
    assertEquals(
        "the TPM is in lockout after failed authorizations",
        said(KeyUnavailable.Reason.PIN, header(0x8001, 10, 0x921)));
  }

  @Test
  void aTpmThatNeverAnswersIsGivenUp() throws Exception {
    Path socket = directory.resolve("mute");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      try (TpmDevice device = TpmDevice.open(socket, Duration.ofMillis(50))) {
        IOException e = assertThrows(IOException.class, () -> device.exchange(new byte[10]));
        assertEquals("the TPM did not answer within 0 s", e.getMessage());
      }
    }
  }

  @Test
  void aTpmThatIsBusyIsAskedAgain() throws Exception {
    Path socket = directory.resolve("busy");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      byte[] busy = header(0x8001, 10, 0x922);
      byte[] done = header(0x8002, 10, 0);
      Thread tpm = Thread.ofVirtual().start(() -> answer(server, busy, busy, done));
      try (Tpm one = Tpm.open(socket)) {
        one.discard(0x01800001);
      }
      tpm.join();
    }
  }

  /** A refusal that is not about the key must not be read as "the key is gone". */
  @Test
  void anUnknownRefusalIsNotAMissingKey() throws Exception {
    assertEquals(
        "the TPM cannot be used: the TPM refuses: response code 0x101",
        said(KeyUnavailable.Reason.DEVICE, header(0x8001, 10, 0x101)));
  }

  @Test
  void neverReadsPastASizedField() {
    TpmBuffer answer = TpmBuffer.of(new byte[] {(byte) 0xFF, (byte) 0xFF, 1});
    assertThrows(IOException.class, answer::sized);
  }

  private static byte[] header(int tag, int length, int code) {
    return TpmBuffer.empty().u16(tag).u32(length).u32(code).written();
  }

  /** What creating a key says when the first command gets this answer. */
  private String said(KeyUnavailable.Reason reason, byte[] answer) throws Exception {
    Path socket = directory.resolve("tpm-" + System.nanoTime());
    Path file = directory.resolve("root.tpm");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread liar = Thread.ofVirtual().start(() -> answer(server, answer));
      KeyUnavailable e =
          assertThrows(KeyUnavailable.class, () -> TpmKey.create(socket, file, PCRS).close());
      liar.join();
      assertEquals(reason, e.reason(), e.getMessage());
      assertTrue(Files.notExists(file), "no file is left");
      return e.getMessage();
    }
  }

  private static void answer(ServerSocketChannel server, byte[]... answers) {
    try (SocketChannel one = server.accept()) {
      for (byte[] answer : answers) {
        one.read(ByteBuffer.allocate(TpmBuffer.MAX));
        one.write(ByteBuffer.wrap(answer));
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
