package dev.sallyport.runtimellama;

import dev.sallyport.core.BadInput;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The command line.
 *
 * @param context tokens per request, prompt and answer together
 * @param threads CPU threads per evaluation
 * @param parallel requests evaluated at the same time
 */
record Options(Path model, Path socket, int context, int threads, int parallel) {
  static final String USAGE =
      "usage: --model FILE --socket PATH [--ctx N] [--threads N] [--parallel N]";

  private static final int DEFAULT_CONTEXT = 2048;
  private static final int DEFAULT_PARALLEL = 2;
  private static final List<String> NAMES =
      List.of("--model", "--socket", "--ctx", "--threads", "--parallel");

  /**
   * Reads the arguments. Without {@code --threads} half the processors evaluate: llama.cpp's
   * threads wait for each other by spinning, and one that has to share its core holds up all.
   */
  static Options parse(List<String> arguments, int processors) throws BadInput {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < arguments.size(); i += 2) {
      String name = arguments.get(i);
      if (!NAMES.contains(name) || i + 1 == arguments.size()) {
        throw new BadInput("argument " + (i + 1) + ": unknown or without a value; " + USAGE);
      }
      if (given.put(name, arguments.get(i + 1)) != null) {
        throw new BadInput("argument " + (i + 1) + ": " + name + " given twice");
      }
    }
    return new Options(
        path(given, "--model"),
        path(given, "--socket"),
        number(given, "--ctx", DEFAULT_CONTEXT, 16, 1 << 20),
        number(given, "--threads", Math.max(1, processors / 2), 1, 1024),
        number(given, "--parallel", DEFAULT_PARALLEL, 1, 64));
  }

  private static Path path(Map<String, String> given, String name) throws BadInput {
    String value = given.get(name);
    if (value == null) {
      throw new BadInput(name + " is missing; " + USAGE);
    }
    return Path.of(value);
  }

  private static int number(Map<String, String> given, String name, int normal, int low, int high)
      throws BadInput {
    String value = given.get(name);
    if (value == null) {
      return normal;
    }
    if (!value.matches("[0-9]{1,7}")) {
      throw new BadInput(name + ": not a number");
    }
    int number = Integer.parseInt(value);
    if (number < low || number > high) {
      throw new BadInput(name + ": " + number + "; from " + low + " to " + high);
    }
    return number;
  }
}
