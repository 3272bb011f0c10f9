package dev.sallyport.scan;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/** Content that is read by position, so that of a huge file only what is needed is read. */
interface Bytes {
  long size();

  /** Exactly these bytes; fails if they are not all there. */
  byte[] read(long offset, int length) throws IOException;

  default ByteBuffer little(long offset, int length) throws IOException {
    return ByteBuffer.wrap(read(offset, length)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** At most so many bytes from the start. */
  default byte[] head(int length) throws IOException {
    return read(0, (int) Math.min(length, size()));
  }

  /** A part, with positions of its own. */
  default Bytes slice(long from, long length) throws IOException {
    require(this, from, length);
    return new Part(this, from, length);
  }

  private static void require(Bytes of, long offset, long length) throws IOException {
    if (offset < 0 || length < 0 || offset > of.size() - length) {
      throw new EOFException("ends before its " + offset + " and " + length + " bytes");
    }
  }

  /** A part of other content. */
  record Part(Bytes whole, long from, long size) implements Bytes {
    @Override
    public byte[] read(long offset, int length) throws IOException {
      require(this, offset, length);
      return whole.read(from + offset, length);
    }
  }

  /** An open file; its owner closes the channel. */
  record OfFile(FileChannel channel, long size) implements Bytes {
    @Override
    public byte[] read(long offset, int length) throws IOException {
      require(this, offset, length);
      byte[] bytes = new byte[length];
      ByteBuffer into = ByteBuffer.wrap(bytes);
      while (into.hasRemaining()) {
        if (channel.read(into, offset + into.position()) < 0) {
          throw new EOFException("became shorter while it was read");
        }
      }
      return bytes;
    }
  }

  /** In memory: a small entry of an archive, expanded. */
  final class InMemory implements Bytes {
    private final byte[] bytes;

    InMemory(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public byte[] read(long offset, int length) throws IOException {
      require(this, offset, length);
      return java.util.Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
    }
  }
}
