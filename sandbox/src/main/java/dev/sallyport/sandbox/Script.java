package dev.sallyport.sandbox;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A few lines of Perl beside this class that do what bubblewrap does not. They are handed to the
 * interpreter as an argument, so no file lies in between that could be exchanged.
 */
final class Script {
  /** Essential on Debian (perl-base). */
  static final Path PERL = Path.of("/usr/bin/perl");

  private static final int MAX = 1 << 14;

  private Script() {}

  static boolean possible() {
    return Files.isExecutable(PERL);
  }

  /** The command line that runs it, to be followed by its arguments. */
  static List<String> of(String name) {
    try (InputStream in = Script.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("internal error: no resource " + name);
      }
      String text = new String(Bounded.read(in, MAX, name), StandardCharsets.US_ASCII);
      return List.of(PERL.toString(), "-e", text);
    } catch (IOException | BadInput e) {
      throw new IllegalStateException("internal error: resource " + name, e);
    }
  }
}
