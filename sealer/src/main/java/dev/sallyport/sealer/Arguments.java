package dev.sallyport.sealer;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.vault.ModelName;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The command line: {@code --home DIR --source PATH --model NAME --signer KEYFILE [--version N]}.
 */
record Arguments(Path home, Path source, ModelName model, Path signer, OptionalLong version) {
  private static final List<String> KNOWN =
      List.of("--home", "--source", "--model", "--signer", "--version");

  static Arguments parse(String[] args) throws BadInput {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < args.length; i += 2) {
      if (!KNOWN.contains(args[i])) {
        throw new BadInput("option \"" + Json.clip(args[i]) + "\" is not known");
      }
      if (i + 1 == args.length || given.put(args[i], args[i + 1]) != null) {
        throw new BadInput("option " + args[i] + " needs one value, once");
      }
    }
    return new Arguments(
        Path.of(need(given, "--home")),
        Path.of(need(given, "--source")),
        ModelName.parse(need(given, "--model")),
        Path.of(need(given, "--signer")),
        version(given));
  }

  private static OptionalLong version(Map<String, String> given) throws BadInput {
    String text = given.get("--version");
    if (text == null) {
      return OptionalLong.empty();
    }
    if (!text.matches("[1-9][0-9]{0,14}")) {
      throw new BadInput("version \"" + Json.clip(text) + "\" is not a positive integer");
    }
    return OptionalLong.of(Long.parseLong(text));
  }

  private static String need(Map<String, String> given, String option) throws BadInput {
    String value = given.get(option);
    if (value == null) {
      throw new BadInput("option " + option + " is missing");
    }
    return value;
  }
}
