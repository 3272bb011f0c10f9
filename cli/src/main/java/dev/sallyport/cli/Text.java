package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.util.Optional;

/** Small ways of writing things for people. */
final class Text {
  private Text() {}

  /** The text, filled up with blanks. */
  static String column(String text, int width) {
    return text.length() >= width ? text + " " : text + " ".repeat(width - text.length());
  }

  /** The first 12 digits of a digest, for people; never to be compared. */
  static String brief(String digest) throws BadInput {
    return Digest.parse(digest).brief();
  }

  /** The message, if this line is the error of a program that speaks JSON. */
  static Optional<String> error(String line) {
    try {
      return Optional.of(Json.parse(line).asObject("last line").object("error").string("message"));
    } catch (BadInput notJson) {
      return Optional.empty();
    }
  }

  /** Bytes as people say them. */
  static String size(long bytes) {
    if (bytes < 10_000) {
      return bytes + " B";
    }
    String[] units = {"kB", "MB", "GB", "TB"};
    double value = bytes / 1000.0;
    int unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return Math.round(value * 10) / 10.0 + " " + units[unit];
  }
}
