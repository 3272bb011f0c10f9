package dev.sallyport.core;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * Messages between the processes: a big-endian unsigned 32-bit length, then that many bytes of one
 * JSON object (spec/key-release.md §2). A frame is at most {@value #MAX_FRAME} bytes.
 */
public final class Wire {
  /** Largest frame, in bytes: a lease bundle with all its evidence fits many times over. */
  public static final int MAX_FRAME = 8 << 20;

  private Wire() {}

  /** Writes one message. */
  public static void write(WritableByteChannel channel, Json.Obj message) throws IOException {
    byte[] body = message.canonical();
    if (body.length > MAX_FRAME) {
      throw new IOException("message of " + body.length + " bytes; limit " + MAX_FRAME);
    }
    ByteBuffer frame = ByteBuffer.allocate(4 + body.length).putInt(body.length).put(body).flip();
    while (frame.hasRemaining()) {
      channel.write(frame);
    }
  }

  /**
   * Reads one message.
   *
   * @throws EOFException if the peer closed before or within a frame
   * @throws BadInput if the frame is too long or is not a JSON object
   */
  public static Json.Obj read(ReadableByteChannel channel) throws IOException, BadInput {
    int length = fill(channel, ByteBuffer.allocate(4)).getInt();
    if (length < 2 || length > MAX_FRAME) {
      throw new BadInput(
          "frame of " + Integer.toUnsignedLong(length) + " bytes; limit " + MAX_FRAME);
    }
    return Json.parseObject(fill(channel, ByteBuffer.allocate(length)).array());
  }

  private static ByteBuffer fill(ReadableByteChannel channel, ByteBuffer buffer)
      throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException("peer closed the connection");
      }
    }
    return buffer.flip();
  }
}
