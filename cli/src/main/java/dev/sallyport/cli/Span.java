package dev.sallyport.cli;

import java.time.Duration;

/** A length of time as people type it: {@code 90s}, {@code 30m}, {@code 2h}. */
final class Span {
  private Span() {}

  static Duration parse(String option, String text) throws Failure {
    if (!text.matches("[1-9][0-9]{0,5}[smh]")) {
      throw new Failure(
          Exit.USAGE, option + " \"" + text + "\": a number and s, m or h is expected, as in 30m");
    }
    long number = Long.parseLong(text.substring(0, text.length() - 1));
    return switch (text.charAt(text.length() - 1)) {
      case 's' -> Duration.ofSeconds(number);
      case 'm' -> Duration.ofMinutes(number);
      default -> Duration.ofHours(number);
    };
  }
}
