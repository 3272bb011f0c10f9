package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** The first line of a file, as characters that are wiped after use. */
final class Passphrase implements AutoCloseable {
  private static final int LIMIT = 1024;

  private final char[] characters;

  private Passphrase(char[] characters) {
    this.characters = characters;
  }

  static Passphrase read(Path file) throws IOException, BadInput {
    byte[] bytes = Bounded.read(file, LIMIT);
    CharBuffer all = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes));
    int length = 0;
    while (length < all.length() && all.charAt(length) != '\n' && all.charAt(length) != '\r') {
      length++;
    }
    char[] line = Arrays.copyOf(all.array(), length);
    Arrays.fill(all.array(), '\0');
    Arrays.fill(bytes, (byte) 0);
    if (length == 0) {
      throw new BadInput("passphrase file begins with an empty line");
    }
    return new Passphrase(line);
  }

  /** Lent, not given: {@link #close} wipes it. */
  char[] characters() {
    return characters;
  }

  @Override
  public void close() {
    Arrays.fill(characters, '\0');
  }
}
