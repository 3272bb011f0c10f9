package dev.sallyport.release;

import java.nio.charset.StandardCharsets;

/**
 * Some harnesses write NaN and Infinity bare, which is not JSON. They become strings here, so that
 * the strict reader takes the file and a score that is not a number is refused where it is read.
 */
final class BareNumbers {
  private static final String[] WORDS = {"NaN", "-Infinity", "Infinity"};

  private BareNumbers() {}

  static byte[] quoted(byte[] json) {
    // Latin-1 keeps every byte as it is; the words are ASCII.
    String text = new String(json, StandardCharsets.ISO_8859_1);
    StringBuilder out = new StringBuilder(text.length() + 64);
    boolean inString = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (inString) {
        out.append(c);
        if (c == '\\' && i + 1 < text.length()) {
          out.append(text.charAt(++i));
        }
        inString = c != '"';
      } else {
        String word = wordAt(text, i);
        inString = c == '"';
        out.append(word.isEmpty() ? String.valueOf(c) : "\"" + word + "\"");
        i += Math.max(0, word.length() - 1);
      }
    }
    return out.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String wordAt(String text, int at) {
    for (String word : WORDS) {
      if (text.startsWith(word, at)) {
        return word;
      }
    }
    return "";
  }
}
