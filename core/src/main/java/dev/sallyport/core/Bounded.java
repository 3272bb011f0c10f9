package dev.sallyport.core;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads that cannot be made to take more memory than the caller allows. */
public final class Bounded {
  private Bounded() {}

  /**
   * The whole file, if it has at most {@code limit} bytes. The message names the file's last name
   * only.
   */
  public static byte[] read(Path file, int limit) throws IOException, BadInput {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, limit, String.valueOf(file.getFileName()));
    }
  }

  /** All of the stream, if it has at most {@code limit} bytes. */
  public static byte[] read(InputStream in, int limit, String what) throws IOException, BadInput {
    byte[] bytes = in.readNBytes(limit + 1);
    if (bytes.length > limit) {
      throw new BadInput(what + " is longer than " + limit + " bytes");
    }
    return bytes;
  }
}
