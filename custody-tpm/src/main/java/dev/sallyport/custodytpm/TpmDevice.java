package dev.sallyport.custodytpm;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The way to a TPM: the kernel's resource manager ({@code /dev/tpmrm0}) or a Unix socket, as
 * software TPMs offer one. One command at a time; owned by one thread. A socket that does not
 * answer within the deadline is taken for gone; a device has its driver's deadlines besides.
 */
final class TpmDevice implements AutoCloseable {
  /** The slowest command here makes a key, seconds on old chips. */
  static final Duration DEADLINE = Duration.ofMinutes(1);

  private static final int HEADER = 10;

  private final ByteChannel channel;
  private final Duration deadline;

  private TpmDevice(ByteChannel channel, Duration deadline) {
    this.channel = channel;
    this.deadline = deadline;
  }

  static TpmDevice open(Path path, Duration deadline) throws IOException {
    if (!Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isOther()) {
      throw new IOException(path.getFileName() + " is neither a device nor a socket");
    }
    try {
      return new TpmDevice(
          FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE), deadline);
    } catch (IOException notADevice) {
      try {
        SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
          socket.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
          socket.close();
          throw e;
        }
        return new TpmDevice(socket, deadline);
      } catch (IOException e) {
        e.addSuppressed(notADevice);
        throw e;
      }
    }
  }

  /** Sends a command and reads its answer, header and all, of exactly the length it states. */
  byte[] exchange(byte[] command) throws IOException {
    AtomicBoolean late = new AtomicBoolean();
    Thread watch = Thread.ofVirtual().start(() -> closeAfter(late));
    try {
      return answer(command);
    } catch (ClosedChannelException e) {
      if (!late.get()) {
        throw e;
      }
      throw new IOException("the TPM did not answer within " + deadline.toSeconds() + " s", e);
    } finally {
      watch.interrupt();
    }
  }

  /** Closing is what ends a read that blocks. */
  private void closeAfter(AtomicBoolean late) {
    try {
      Thread.sleep(deadline);
      late.set(true);
      channel.close();
    } catch (InterruptedException | IOException answeredOrGone) {
      Thread.currentThread().interrupt();
    }
  }

  private byte[] answer(byte[] command) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(command);
    while (out.hasRemaining()) {
      channel.write(out);
    }
    ByteBuffer in = ByteBuffer.allocate(TpmBuffer.MAX);
    int length = HEADER;
    while (in.position() < length) {
      if (channel.read(in) <= 0) {
        throw new IOException("the TPM stopped in the middle of an answer");
      }
      if (in.position() >= HEADER) {
        length = in.getInt(Short.BYTES);
        if (length < HEADER || length > TpmBuffer.MAX) {
          throw new IOException(
              "the TPM's answer states " + length + " bytes; limit " + TpmBuffer.MAX);
        }
      }
    }
    if (in.position() != length) {
      throw new IOException("the TPM's answer is longer than it states");
    }
    byte[] answer = Arrays.copyOf(in.array(), length);
    Arrays.fill(in.array(), (byte) 0);
    return answer;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
