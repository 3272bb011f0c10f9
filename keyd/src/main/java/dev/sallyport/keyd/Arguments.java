package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Command-line options of the form {@code --name VALUE} and flags {@code --name}. */
record Arguments(Map<String, String> values, List<String> flags) {
  static Arguments parse(String[] args, List<String> options, List<String> flags) throws BadInput {
    Map<String, String> values = new HashMap<>();
    List<String> set = new ArrayList<>();
    for (int i = 0; i < args.length; i++) {
      if (flags.contains(args[i])) {
        set.add(args[i]);
      } else if (options.contains(args[i]) && i + 1 < args.length) {
        values.put(args[i], args[++i]);
      } else {
        throw new BadInput("argument " + args[i] + " is not known or lacks its value");
      }
    }
    return new Arguments(values, List.copyOf(set));
  }

  String need(String name) throws BadInput {
    return find(name).orElseThrow(() -> new BadInput("argument " + name + " is missing"));
  }

  Optional<String> find(String name) {
    return Optional.ofNullable(values.get(name));
  }
}
