package dev.sallyport.custodytpm;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Arrays;

/**
 * The way to a TPM: the kernel's resource manager ({@code /dev/tpmrm0}) or a Unix socket, as
 * software TPMs offer one. One command at a time; owned by one thread.
 */
final class TpmDevice implements AutoCloseable {
  private static final int HEADER = 10;

  private final ByteChannel channel;

  private TpmDevice(ByteChannel channel) {
    this.channel = channel;
  }

  static TpmDevice open(Path path) throws IOException {
    if (!Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isOther()) {
      throw new IOException(path.getFileName() + " is neither a device nor a socket");
    }
    try {
      return new TpmDevice(
          FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
    } catch (IOException notADevice) {
      try {
        SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
          socket.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
          socket.close();
          throw e;
        }
        return new TpmDevice(socket);
      } catch (IOException e) {
        e.addSuppressed(notADevice);
        throw e;
      }
    }
  }

  /** Sends a command and reads its answer, header and all, of exactly the length it states. */
  byte[] exchange(byte[] command) throws IOException {
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
