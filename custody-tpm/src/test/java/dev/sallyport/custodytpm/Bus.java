package dev.sallyport.custodytpm;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bus to a TPM, with somebody on it who records every byte both ways and may answer himself.
 * One connection at a time.
 */
final class Bus implements AutoCloseable {
  /** Who sits on the bus: gets each command, and gives the answer. */
  @FunctionalInterface
  interface Interposer {
    byte[] answer(byte[] command, TpmDevice tpm) throws IOException;
  }

  /** A command and its answer as keyd's side of the bus saw them. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Seen(byte[] command, byte[] answer) {
    int code() {
      return Bus.code(command);
    }
  }

  /** Passes on what comes. */
  static final Interposer PASSIVE = (command, tpm) -> tpm.exchange(command);

  private final Path directory = Files.createTempDirectory("bus");
  private final ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
  private final List<Seen> seen = new ArrayList<>();
  private final Thread thread;
  private Path tpm;
  private Interposer interposer = PASSIVE;

  Bus(Path tpm) throws IOException {
    this.tpm = tpm;
    server.bind(UnixDomainSocketAddress.of(socket()));
    thread = Thread.ofVirtual().start(this::serve);
  }

  Path socket() {
    return directory.resolve("tpm");
  }

  synchronized void interpose(Interposer other) {
    interposer = other;
  }

  /** Has another TPM answer from the next connection on. */
  synchronized void lead(Path elsewhere) {
    tpm = elsewhere;
  }

  /** What passed so far; then begins anew. */
  synchronized List<Seen> taken() {
    List<Seen> all = List.copyOf(seen);
    seen.clear();
    return all;
  }

  /** Whether any 16 bytes of this that follow each other passed. */
  static boolean shows(List<Seen> traffic, byte[] secret) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Seen one : traffic) {
      all.writeBytes(one.command());
      all.writeBytes(one.answer());
    }
    byte[] bytes = all.toByteArray();
    for (int from = 0; from + 16 <= secret.length; from++) {
      for (int at = 0; at + 16 <= bytes.length; at++) {
        if (Arrays.equals(bytes, at, at + 16, secret, from, from + 16)) {
          return true;
        }
      }
    }
    return false;
  }

  static int code(byte[] command) {
    return ByteBuffer.wrap(command).getInt(6);
  }

  static byte[] refusal(int code) {
    return TpmBuffer.empty().u16(0x8001).u32(10).u32(code).written();
  }

  private synchronized byte[] answered(byte[] command, TpmDevice device) throws IOException {
    byte[] answer = interposer.answer(command.clone(), device);
    seen.add(new Seen(command, answer));
    return answer;
  }

  private void serve() {
    try {
      while (true) {
        try (SocketChannel keyd = server.accept();
            TpmDevice device = TpmDevice.open(target(), TpmDevice.DEADLINE)) {
          connection(keyd, device);
        }
      }
    } catch (ClosedChannelException closed) {
      return;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized Path target() {
    return tpm;
  }

  private void connection(SocketChannel keyd, TpmDevice device) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(TpmBuffer.MAX);
    while (keyd.read(in) >= 0) {
      if (in.position() >= 10 && in.position() == in.getInt(2)) {
        keyd.write(ByteBuffer.wrap(answered(Arrays.copyOf(in.array(), in.position()), device)));
        in.clear();
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Files.delete(socket());
    Files.delete(directory);
  }
}
