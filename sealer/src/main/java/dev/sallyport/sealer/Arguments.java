package dev.sallyport.sealer;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.envelope.FloeParams;
import dev.sallyport.scan.Rule;
import dev.sallyport.vault.ModelName;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The command line: {@code --home DIR --source PATH --model NAME --signer KEYFILE [--version N]
 * [--segment BYTES] [--afresh true] [--allow RULE,…]}.
 *
 * @param params segments of 1 MiB unless told
 * @param allowed rules of the scan whose errors do not stop this sealing
 * @param afresh whether everything is encrypted anew, even what the version before has
 */
record Arguments(
    Path home,
    Path source,
    ModelName model,
    Path signer,
    OptionalLong version,
    FloeParams params,
    Set<Rule> allowed,
    boolean afresh) {
  private static final List<String> KNOWN =
      List.of(
          "--home",
          "--source",
          "--model",
          "--signer",
          "--version",
          "--segment",
          "--afresh",
          "--allow");

  Arguments {
    allowed = Set.copyOf(allowed);
  }

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
        number(given, "--version"),
        FloeParams.ofSegment(number(given, "--segment").orElse(FloeParams.SEALED.segmentLength())),
        allowed(given.getOrDefault("--allow", "")),
        afresh(given));
  }

  private static Set<Rule> allowed(String ids) throws BadInput {
    Set<Rule> rules = EnumSet.noneOf(Rule.class);
    if (!ids.isEmpty()) {
      for (String id : ids.split(",", -1)) {
        rules.add(Rule.parse(id));
      }
    }
    return rules;
  }

  private static boolean afresh(Map<String, String> given) throws BadInput {
    return switch (given.getOrDefault("--afresh", "false")) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new BadInput("--afresh is true or false");
    };
  }

  private static OptionalLong number(Map<String, String> given, String option) throws BadInput {
    String text = given.get(option);
    if (text == null) {
      return OptionalLong.empty();
    }
    if (!text.matches("[1-9][0-9]{0,14}")) {
      throw new BadInput(
          option.substring(2) + " \"" + Json.clip(text) + "\" is not a positive integer");
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
