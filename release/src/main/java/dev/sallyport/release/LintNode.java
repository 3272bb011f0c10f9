package dev.sallyport.release;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.release.Finding.Weight;
import dev.sallyport.risk.Score;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A value of a document under check. Each accessor notes what is wrong and answers nothing then, so
 * that one mistake does not hide the next.
 */
final class LintNode {
  private final LintFile file;
  private final String pointer;
  private final Json value;

  LintNode(LintFile file, String pointer, Json value) {
    this.file = file;
    this.pointer = pointer;
    this.value = value;
  }

  /** A value that was read, and the node it is at. */
  record Read<T>(T value, LintNode at) {}

  void wrong(String rule, String seen, String demanded) {
    file.add(pointer, Weight.ERROR, rule, seen, demanded);
  }

  void warn(String rule, String seen, String demanded) {
    file.add(pointer, Weight.WARNING, rule, seen, demanded);
  }

  private LintNode at(String name, Json child) {
    return new LintNode(file, pointer + "/" + name, child);
  }

  /** The value as text for messages. */
  String seen() {
    return value instanceof Json.Str s ? "\"" + Json.clip(s.value()) + "\"" : kindOrNumber();
  }

  private String kindOrNumber() {
    return value instanceof Json.Num ? Json.clip(Json.toString(value)) : value.kind();
  }

  /** A member that may be missing. */
  Optional<LintNode> find(String name) {
    return value instanceof Json.Obj o ? o.find(name).map(v -> at(name, v)) : Optional.empty();
  }

  boolean has(String name) {
    return find(name).isPresent();
  }

  /** A member that must be there. */
  Optional<LintNode> need(String name) {
    Optional<LintNode> found = find(name);
    if (found.isEmpty() && value instanceof Json.Obj) {
      wrong(name.equals("source") ? "source-missing" : "missing", name + " is missing", "needed");
    }
    return found;
  }

  /** Notes members of other names; false if this is no object at all. */
  boolean only(String... names) {
    if (!(value instanceof Json.Obj o)) {
      wrong("type", "is " + seen(), "an object is needed");
      return false;
    }
    List<String> known = List.of(names);
    for (String name : o.members().keySet()) {
      if (!known.contains(name)) {
        file.addAtName(
            pointer + "/" + name,
            "unknown-member",
            "\"" + Json.clip(name) + "\" is here",
            "known are " + String.join(" ", known));
      }
    }
    return true;
  }

  List<String> names() {
    return value instanceof Json.Obj o ? List.copyOf(o.members().keySet()) : List.of();
  }

  /** Text of 1 to {@code most} characters. */
  Optional<Read<String>> text(String name, int most) {
    return need(name).flatMap(n -> n.text(most));
  }

  private Optional<Read<String>> text(int most) {
    if (!(value instanceof Json.Str s)) {
      wrong("type", "is " + seen(), "a string is needed");
      return Optional.empty();
    }
    if (s.value().isBlank() || s.value().length() > most) {
      wrong(
          pointer.endsWith("/source") && s.value().isBlank() ? "source-missing" : "length",
          s.value().length() + " characters",
          "1 to " + most + ", not all blank");
      return Optional.empty();
    }
    return Optional.of(new Read<>(s.value(), this));
  }

  Optional<Read<String>> id(String name) {
    return need(name).flatMap(LintNode::id);
  }

  private Optional<Read<String>> id() {
    boolean good = value instanceof Json.Str s && s.value().matches("[a-z0-9-]{1,64}");
    if (!good) {
      wrong("id", "is " + seen(), "1 to 64 of a-z, 0-9 and hyphen");
      return Optional.empty();
    }
    return text(64);
  }

  /** Text of at most so many characters that may be empty or missing. */
  String free(String name, int most) {
    Optional<LintNode> node = find(name);
    if (node.isEmpty()) {
      return "";
    }
    if (!(node.get().value instanceof Json.Str s)) {
      node.get().wrong("type", "is " + node.get().seen(), "a string is needed");
      return "";
    }
    if (s.value().length() > most) {
      node.get().wrong("length", s.value().length() + " characters", most + " at most");
    }
    return s.value();
  }

  /** Text of a shape; {@code demanded} says of which. */
  Optional<Read<String>> shaped(String name, Pattern shape, String demanded) {
    Optional<LintNode> node = need(name);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    if (node.get().value instanceof Json.Str s && shape.matcher(s.value()).matches()) {
      return Optional.of(new Read<>(s.value(), node.get()));
    }
    node.get().wrong("id", "is " + node.get().seen(), demanded);
    return Optional.empty();
  }

  /** An array of some of these words, at least one, none twice. */
  Set<String> words(String name, List<String> known) {
    Set<String> found = new HashSet<>();
    for (LintNode item : items(name, 1, known.size())) {
      String word = item.string().orElse("");
      if (!known.contains(word)) {
        item.wrong("word", "is " + item.seen(), "of " + String.join(" ", known));
      } else if (!found.add(word)) {
        item.wrong("duplicate", word + " is listed twice", "once");
      }
    }
    return found;
  }

  /** True or false; nothing if it is not there. */
  Optional<Boolean> truth(String name) {
    Optional<LintNode> node = find(name);
    if (node.isPresent() && node.get().value instanceof Json.Bool b) {
      return Optional.of(b.value());
    }
    node.ifPresent(n -> n.wrong("type", "is " + n.seen(), "true or false"));
    return Optional.empty();
  }

  /** One of a list of words. */
  Optional<Read<String>> word(String name, List<String> words) {
    Optional<Read<String>> text = text(name, 255);
    if (text.isPresent() && !words.contains(text.get().value())) {
      text.get()
          .at()
          .wrong(
              "word",
              "is \"" + Json.clip(text.get().value()) + "\"",
              "one of " + String.join(" ", words));
      return Optional.empty();
    }
    return text;
  }

  Optional<Read<Long>> count(String name, long least, long most) {
    Optional<LintNode> node = need(name);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    boolean whole =
        node.get().value instanceof Json.Num n
            && n.value() == Math.rint(n.value())
            && n.value() >= least
            && n.value() <= most;
    if (!whole) {
      node.get()
          .wrong("count", "is " + node.get().seen(), "a whole number, " + least + " to " + most);
      return Optional.empty();
    }
    return Optional.of(new Read<>((long) ((Json.Num) node.get().value).value(), node.get()));
  }

  /** An exact decimal or fraction, as a string. */
  Optional<Read<Score>> score(String name) {
    Optional<LintNode> node = need(name);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    if (node.get().value instanceof Json.Str s) {
      try {
        return Optional.of(new Read<>(Score.parse(s.value()), node.get()));
      } catch (BadInput e) {
        node.get().wrong("score", String.valueOf(e.getMessage()), "such as \"0.3\" or \"17/19\"");
        return Optional.empty();
      }
    }
    node.get()
        .wrong("score", "is " + node.get().seen(), "a string such as \"0.3\", no binary number");
    return Optional.empty();
  }

  Optional<Read<LocalDate>> date(String name) {
    Optional<Read<String>> text = text(name, 10);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Read<>(LocalDate.parse(text.get().value()), text.get().at()));
    } catch (DateTimeParseException e) {
      text.get().at().wrong("date", "is " + text.get().at().seen(), "such as 2027-01-31");
      return Optional.empty();
    }
  }

  /** The items of an array of {@code least} to {@code most}. */
  List<LintNode> items(String name, int least, int most) {
    Optional<LintNode> node = need(name);
    return node.isEmpty() ? List.of() : node.get().items(least, most);
  }

  private List<LintNode> items(int least, int most) {
    if (!(value instanceof Json.Arr array)) {
      wrong("type", "is " + seen(), "an array is needed");
      return List.of();
    }
    if (array.items().size() < least || array.items().size() > most) {
      wrong("length", array.items().size() + " items", least + " to " + most + " are allowed");
    }
    List<LintNode> nodes = new ArrayList<>();
    for (int i = 0; i < Math.min(most, array.items().size()); i++) {
      nodes.add(at(String.valueOf(i), array.items().get(i)));
    }
    return nodes;
  }

  /** An array of ids, none twice. */
  List<Read<String>> ids(String name, int least, int most) {
    List<Read<String>> ids = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (LintNode item : items(name, least, most)) {
      Optional<Read<String>> id = item.id();
      if (id.isPresent()) {
        if (!seen.add(id.get().value())) {
          item.wrong("duplicate", id.get().value() + " is listed twice", "once");
        }
        ids.add(id.get());
      }
    }
    return ids;
  }

  /** The value, if it is a string; nothing is noted. */
  Optional<String> string() {
    return value instanceof Json.Str s ? Optional.of(s.value()) : Optional.empty();
  }

  /** The value, if it is a whole number; nothing is noted. */
  Optional<Long> whole() {
    return value instanceof Json.Num n && n.value() == Math.rint(n.value())
        ? Optional.of((long) n.value())
        : Optional.empty();
  }

  /** An array of strings. */
  void strings(String name) {
    for (LintNode item : items(name, 0, 10_000)) {
      if (!(item.value instanceof Json.Str)) {
        item.wrong("type", "is " + item.seen(), "a string is needed");
      }
    }
  }
}
