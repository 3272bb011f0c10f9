package dev.sallyport.envelope;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Secret;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Whole plaintexts in and out of FLOE, for tests. */
final class Floes {
  private Floes() {}

  static byte[] seal(byte[] plain, Secret key, byte[] aad, FloeParams params) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] sealed = new byte[params.segmentLength()];
    try (FloeSealer sealer = FloeSealer.start(key, aad, params)) {
      out.writeBytes(sealer.header());
      long segments = params.segments(plain.length);
      for (int i = 0; i < segments; i++) {
        int from = i * params.plainLength();
        byte[] part =
            Arrays.copyOfRange(plain, from, Math.min(plain.length, from + params.plainLength()));
        int length = sealer.next(i == segments - 1).seal(part, part.length, sealed);
        out.write(sealed, 0, length);
      }
    }
    return out.toByteArray();
  }

  /** In order, first to last. */
  static byte[] open(Path dir, byte[] sealed, Secret key, byte[] aad, FloeParams params)
      throws IOException, BadInput {
    Path path = Files.write(dir.resolve("floe"), sealed);
    try (FileChannel channel = FileChannel.open(path);
        FloeFile file = FloeFile.open(channel, key, aad, params)) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] segment = new byte[params.plainLength()];
      for (long i = 0; i < file.segments(); i++) {
        out.write(segment, 0, file.segment(i, segment));
      }
      return out.toByteArray();
    }
  }

  /** Byte ranges from the last to the first, across segment borders. */
  static byte[] openBackwards(Path dir, byte[] sealed, Secret key, byte[] aad, FloeParams params)
      throws IOException, BadInput {
    Path path = Files.write(dir.resolve("floe"), sealed);
    try (FileChannel channel = FileChannel.open(path);
        FloeFile file = FloeFile.open(channel, key, aad, params)) {
      byte[] out = new byte[Math.toIntExact(file.size())];
      for (int end = out.length; end > 0; ) {
        int from = Math.max(0, end - 1 - params.plainLength() / 3);
        if (file.read(from, out, from, end - from) != end - from) {
          throw new IllegalStateException("short read");
        }
        end = from;
      }
      return out;
    }
  }
}
