package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;

/** Which file names may be sealed and extracted (spec/sealed-weights.md §7). */
final class FileNames {
  private static final int MAX_PART = 255;
  private static final int MAX_NAME = 1024;

  private FileNames() {}

  /** One part of a name; returned if it is allowed. */
  static String check(String part) throws BadInput {
    boolean dots = part.equals(".") || part.equals("..");
    int bytes = part.getBytes(StandardCharsets.UTF_8).length;
    if (part.isEmpty() || dots || bytes > MAX_PART || part.chars().anyMatch(FileNames::odd)) {
      throw new BadInput("file name \"" + Json.clip(part) + "\" is not allowed");
    }
    return part;
  }

  /** A whole name, as a manifest carries it. */
  static String checkRelative(String name) throws BadInput {
    if (name.length() > MAX_NAME) {
      throw new BadInput("file name \"" + Json.clip(name) + "\" is longer than " + MAX_NAME);
    }
    for (String part : name.split("/", -1)) {
      check(part);
    }
    return name;
  }

  /** Equal for names that some file system would take for one. */
  static String fold(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFC)
        .toUpperCase(Locale.ROOT)
        .toLowerCase(Locale.ROOT);
  }

  // U+FFFD stands where a name was not text; lone surrogates cannot be written as UTF-8.
  private static boolean odd(int c) {
    return c < 0x20
        || (c >= 0x7f && c < 0xa0)
        || c == '/'
        || c == '\\'
        || c == 0xfffd
        || (c >= 0x202a && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x2069);
  }
}
