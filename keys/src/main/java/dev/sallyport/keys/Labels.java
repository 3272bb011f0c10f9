package dev.sallyport.keys;

import java.nio.charset.StandardCharsets;

/** Domain-separation labels: ASCII, unique in this code base, each named in a spec. */
final class Labels {
  private Labels() {}

  static byte[] ascii(String label) {
    return label.getBytes(StandardCharsets.US_ASCII);
  }
}
