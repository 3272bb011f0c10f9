package dev.sallyport.sandbox;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Character devices that no profile can give to a runtime, whoever signed it (docs/adr/0057): by
 * their names and, because a node can have any name, by their numbers. Data: the resource {@code
 * refused-devices.json}. Immutable.
 */
final class RefusedDevices {
  private static final RefusedDevices SHIPPED = shipped();

  private final List<Rule> rules;

  /** A range on each side; {@code *} is all. */
  private record Numbers(Span major, Span minor) {
    private static final Pattern FORM = Pattern.compile("([0-9*-]+):([0-9*-]+)");

    static Numbers parse(String text) throws BadInput {
      Matcher parts = FORM.matcher(text);
      if (!parts.matches()) {
        throw new BadInput("numbers " + Json.clip(text) + " are not MAJOR:MINOR");
      }
      return new Numbers(Span.parse(parts.group(1)), Span.parse(parts.group(2)));
    }

    boolean have(int one, int other) {
      return major.has(one) && minor.has(other);
    }
  }

  private record Span(int from, int to) {
    static Span parse(String text) throws BadInput {
      if (text.equals("*")) {
        return new Span(0, Integer.MAX_VALUE);
      }
      String[] ends = text.split("-", 2);
      try {
        return new Span(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
      } catch (NumberFormatException e) {
        throw new BadInput("numbers " + Json.clip(text) + " are no range", e);
      }
    }

    boolean has(int number) {
      return number >= from && number <= to;
    }
  }

  /**
   * @param names below {@code /dev}; one that ends in {@code *} stands for all that begin so
   * @param but what is harmless among the numbers
   */
  private record Rule(String why, List<String> names, List<Numbers> numbers, List<Numbers> but) {
    static Rule parse(Json.Obj json) throws BadInput {
      json.only("why", "names", "numbers", "but");
      return new Rule(
          json.string("why"), json.strings("names"), list(json, "numbers"), list(json, "but"));
    }

    private static List<Numbers> list(Json.Obj json, String name) throws BadInput {
      List<Numbers> list = new ArrayList<>();
      for (String text : json.strings(name)) {
        list.add(Numbers.parse(text));
      }
      return list;
    }

    boolean names(String device) {
      return names.stream()
          .anyMatch(name ->
              name.endsWith("*")
                  ? device.startsWith(name.substring(0, name.length() - 1))
                  : device.equals(name));
    }

    boolean numbers(int major, int minor) {
      return numbers.stream().anyMatch(n -> n.have(major, minor))
          && but.stream().noneMatch(n -> n.have(major, minor));
    }
  }

  private RefusedDevices(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  private static RefusedDevices shipped() {
    try {
      List<Rule> rules = new ArrayList<>();
      for (Json.Obj item :
          Profile.resource("refused-devices.json").only("rules").objects("rules")) {
        rules.add(Rule.parse(item));
      }
      return new RefusedDevices(rules);
    } catch (BadInput e) {
      throw new IllegalStateException("internal error: refused devices", e);
    }
  }

  /** Why no runtime gets a node of this name below {@code /dev}; empty if it may. */
  static Optional<String> whyNamed(String name) {
    return SHIPPED.rules.stream().filter(r -> r.names(name)).map(Rule::why).findFirst();
  }

  /** Why no runtime gets a node of these numbers, whatever its name. */
  static Optional<String> whyNumbered(int major, int minor) {
    return SHIPPED.rules.stream().filter(r -> r.numbers(major, minor)).map(Rule::why).findFirst();
  }
}
