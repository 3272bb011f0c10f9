package dev.sallyport.sandbox;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The first line of a script, read as the kernel does (execve(2)): the interpreter up to the first
 * blank, and all the rest as one argument. {@code env} is followed to what it starts in turn. What
 * cannot be told for certain is refused, since what is not measured must not run.
 */
final class FirstLine {
  /** So much of a file the kernel looks at. */
  private static final int SEEN = 256;

  private static final String BLANKS = "[ \t]+";

  /** How env(1) is asked to split its one argument. */
  private static final String SPLIT = "-S";

  /** A word that env starts and neither unquotes nor takes for an option or a variable. */
  private static final String NAME = "[A-Za-z0-9_./+][A-Za-z0-9_./+-]*";

  private FirstLine() {}

  /** The programs that start when this file is executed, as it names them; none if no script. */
  static List<String> interpreters(Path file) throws IOException, BadInput {
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(SEEN);
    }
    return parse(new String(head, StandardCharsets.ISO_8859_1), head.length < SEEN);
  }

  static List<String> parse(String head, boolean whole) throws BadInput {
    if (!head.startsWith("#!")) {
      return List.of();
    }
    int end = head.indexOf('\n');
    if (end < 0 && !whole) {
      throw new BadInput("first line of the script is longer than " + SEEN + " bytes");
    }
    String line = blankless(head.substring(2, end < 0 ? head.length() : end));
    // A zero byte would end the name for the kernel and not for us.
    if (!line.matches("[ -~\t]*")) {
      throw new BadInput("first line of the script has more than plain ASCII: " + Json.clip(line));
    }
    String[] parts = line.split(BLANKS, 2);
    String interpreter = parts[0];
    if (!interpreter.startsWith("/")) {
      throw new BadInput("interpreter " + Json.clip(interpreter) + " is not a plain absolute path");
    }
    if (!interpreter.endsWith("/env")) {
      return List.of(interpreter);
    }
    return List.of(interpreter, started(parts.length > 1 ? parts[1] : ""));
  }

  private static String started(String argument) throws BadInput {
    boolean split = argument.startsWith(SPLIT);
    String rest = split ? blankless(argument.substring(SPLIT.length())) : argument;
    String name = split ? rest.split(BLANKS, 2)[0] : rest;
    // Quotes and backslashes would make other words of it.
    if (!name.matches(NAME) || !rest.matches("[^'\"\\\\$#]*")) {
      throw new BadInput(
          "first line of the script: env with "
              + Json.clip(argument)
              + "; a name, or -S and plain words, is expected");
    }
    return name;
  }

  private static String blankless(String text) {
    return text.replaceAll("^" + BLANKS + "|" + BLANKS + "$", "");
  }
}
