package dev.sallyport.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Command-line options of the form {@code --name VALUE} and flags {@code --name}. */
public record Arguments(Map<String, List<String>> values, List<String> flags) {
  public Arguments {
    values = Map.copyOf(values);
    flags = List.copyOf(flags);
  }

  /** Reads the arguments of a main; only these options and flags are known. */
  public static Arguments parse(String[] args, List<String> options, List<String> flags)
      throws BadInput {
    Map<String, List<String>> values = new HashMap<>();
    List<String> set = new ArrayList<>();
    for (int i = 0; i < args.length; i++) {
      if (flags.contains(args[i])) {
        set.add(args[i]);
      } else if (options.contains(args[i]) && i + 1 < args.length) {
        values.computeIfAbsent(args[i], name -> new ArrayList<>()).add(args[++i]);
      } else {
        throw new BadInput("argument " + args[i] + " is not known or lacks its value");
      }
    }
    return new Arguments(values, List.copyOf(set));
  }

  /** The value of an option that must be given. */
  public String need(String name) throws BadInput {
    return find(name).orElseThrow(() -> new BadInput("argument " + name + " is missing"));
  }

  /** All values of an option that may be repeated, in order. */
  public List<String> all(String name) {
    return List.copyOf(values.getOrDefault(name, List.of()));
  }

  /** The value of an option; of a repeated one, the last. */
  public Optional<String> find(String name) {
    return all(name).isEmpty() ? Optional.empty() : Optional.of(all(name).getLast());
  }
}
