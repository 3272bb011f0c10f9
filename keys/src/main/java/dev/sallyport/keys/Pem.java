package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * PEM (RFC 7468): blocks of a label in a text. Takes and leaves bytes, so that they can be wiped.
 */
public final class Pem {
  private static final int LINE = 64;

  private Pem() {}

  /** One block with this label. */
  public static String write(String label, byte[] der) {
    String body = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }

  /** The content of the first block of that label. */
  public static Optional<byte[]> find(byte[] text, String label) throws BadInput {
    byte[] begin = ("-----BEGIN " + label + "-----").getBytes(StandardCharsets.US_ASCII);
    byte[] end = ("-----END " + label + "-----").getBytes(StandardCharsets.US_ASCII);
    int from = indexOf(text, begin, 0);
    int to = from < 0 ? -1 : indexOf(text, end, from);
    if (to < 0) {
      return Optional.empty();
    }
    byte[] body = Arrays.copyOfRange(text, from + begin.length, to);
    try {
      return Optional.of(Base64.getMimeDecoder().decode(body));
    } catch (IllegalArgumentException e) {
      throw new BadInput("PEM block " + label + " is not base64", e);
    } finally {
      Arrays.fill(body, (byte) 0);
    }
  }

  private static int indexOf(byte[] text, byte[] part, int from) {
    for (int i = from; i + part.length <= text.length; i++) {
      if (Arrays.equals(text, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    return -1;
  }
}
