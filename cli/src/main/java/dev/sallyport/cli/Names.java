package dev.sallyport.cli;

/** Names that people choose: they become file names and log entries, so they are plain. */
final class Names {
  static final String RULE = "a name is 1 to 64 of a-z A-Z 0-9 . _ - and starts with none of . -";

  private Names() {}

  static boolean isName(String text) {
    if (text.isEmpty() || text.length() > 64 || text.charAt(0) == '.' || text.charAt(0) == '-') {
      return false;
    }
    return text.chars().allMatch(Names::allowed);
  }

  private static boolean allowed(int c) {
    boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  }
}
