package dev.sallyport.gateway;

import dev.sallyport.core.BadInput;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.Optional;

/**
 * Cuts a stream of server-sent events (WHATWG HTML §9.2) into the data of each event. Only {@code
 * data} lines matter; comments and other fields are dropped. Not thread-safe.
 */
final class SseReader {
  /** Takes the data of one event. */
  interface Sink {
    void event(byte[] data) throws BadInput;
  }

  private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};

  private final int limit;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
  private final ByteArrayOutputStream data = new ByteArrayOutputStream(512);
  private boolean dataSeen;

  SseReader(int limit) {
    this.limit = limit;
  }

  /** Reads all of {@code in}; hands over the data of each event that ends in it. */
  void feed(ByteBuf in, Sink events) throws BadInput {
    while (in.isReadable()) {
      int length = in.bytesBefore((byte) '\n');
      int piece = length < 0 ? in.readableBytes() : length;
      if (line.size() + piece + data.size() > limit) {
        throw new BadInput("event of more than " + limit + " bytes");
      }
      copy(in, piece);
      if (length >= 0) {
        in.skipBytes(1);
        Optional<byte[]> event = endLine();
        if (event.isPresent()) {
          events.event(event.get());
        }
      }
    }
  }

  private void copy(ByteBuf in, int length) {
    byte[] bytes = new byte[length];
    in.readBytes(bytes);
    line.write(bytes, 0, length);
  }

  private Optional<byte[]> endLine() {
    byte[] bytes = line.toByteArray();
    line.reset();
    int length =
        bytes.length > 0 && bytes[bytes.length - 1] == '\r' ? bytes.length - 1 : bytes.length;
    if (length == 0) {
      return endEvent();
    }
    if (startsWithData(bytes, length)) {
      int from = DATA.length < length && bytes[DATA.length] == ' ' ? DATA.length + 1 : DATA.length;
      if (dataSeen) {
        data.write('\n');
      }
      data.write(bytes, from, length - from);
      dataSeen = true;
    }
    return Optional.empty();
  }

  private Optional<byte[]> endEvent() {
    if (!dataSeen) {
      return Optional.empty();
    }
    byte[] event = data.toByteArray();
    data.reset();
    dataSeen = false;
    return Optional.of(event);
  }

  private static boolean startsWithData(byte[] bytes, int length) {
    if (length < DATA.length) {
      return false;
    }
    for (int i = 0; i < DATA.length; i++) {
      if (bytes[i] != DATA[i]) {
        return false;
      }
    }
    return true;
  }
}
