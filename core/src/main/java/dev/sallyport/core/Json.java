package dev.sallyport.core;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A JSON value (RFC 8259) within the limits of I-JSON (RFC 7493): no duplicate names, no lone
 * surrogates, numbers that an IEEE double holds. {@link #canonical()} writes RFC 8785 (JCS).
 *
 * <p>Values are immutable. Scores and money are strings in our formats, so that no binary rounding
 * happens; numbers are counts, sizes and versions.
 */
public sealed interface Json {

  /** An object. The order of members is the order read; the canonical form sorts them. */
  record Obj(Map<String, Json> members) implements Json {
    public Obj {
      members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    /** The member, or an error that names it. */
    public Json need(String name) throws BadInput {
      Json value = members.get(name);
      if (value == null) {
        throw new BadInput("member \"" + name + "\" is missing");
      }
      return value;
    }

    /** The member, if present. A JSON null counts as present. */
    public Optional<Json> find(String name) {
      return Optional.ofNullable(members.get(name));
    }

    public String string(String name) throws BadInput {
      return switch (need(name)) {
        case Str s -> s.value();
        case Json other -> throw wrong(name, "a string", other);
      };
    }

    public Optional<String> findString(String name) throws BadInput {
      return members.containsKey(name) ? Optional.of(string(name)) : Optional.empty();
    }

    /** An integer of at most 2^53 - 1 in magnitude. */
    public long integer(String name) throws BadInput {
      return switch (need(name)) {
        case Num n when n.isInteger() -> (long) n.value();
        case Json other -> throw wrong(name, "an integer", other);
      };
    }

    public boolean bool(String name) throws BadInput {
      return switch (need(name)) {
        case Bool b -> b.value();
        case Json other -> throw wrong(name, "true or false", other);
      };
    }

    public Obj object(String name) throws BadInput {
      return switch (need(name)) {
        case Obj o -> o;
        case Json other -> throw wrong(name, "an object", other);
      };
    }

    public List<Json> array(String name) throws BadInput {
      return switch (need(name)) {
        case Arr a -> a.items();
        case Json other -> throw wrong(name, "an array", other);
      };
    }

    /** An array of objects. */
    public List<Obj> objects(String name) throws BadInput {
      List<Obj> out = new ArrayList<>();
      for (Json item : array(name)) {
        out.add(item.asObject(name));
      }
      return out;
    }

    /** An array of strings. */
    public List<String> strings(String name) throws BadInput {
      List<String> out = new ArrayList<>();
      for (Json item : array(name)) {
        if (!(item instanceof Str s)) {
          throw wrong(name, "an array of strings", item);
        }
        out.add(s.value());
      }
      return out;
    }

    public Digest digest(String name) throws BadInput {
      return Digest.parse(string(name));
    }

    /** A UTC instant in ISO 8601, as {@link Instant#toString} writes it. */
    public Instant instant(String name) throws BadInput {
      try {
        return Instant.parse(string(name));
      } catch (DateTimeParseException e) {
        throw new BadInput("member \"" + name + "\" is not a UTC time", e);
      }
    }

    /** Bytes in standard base64 with padding. */
    public byte[] base64(String name) throws BadInput {
      try {
        return Base64.getDecoder().decode(string(name));
      } catch (IllegalArgumentException e) {
        throw new BadInput("member \"" + name + "\" is not base64", e);
      }
    }

    /** Fails if a member is present whose name is not among these. */
    public Obj only(String... names) throws BadInput {
      List<String> known = List.of(names);
      for (String name : members.keySet()) {
        if (!known.contains(name)) {
          throw new BadInput("member \"" + clip(name) + "\" is not known here");
        }
      }
      return this;
    }

    private static BadInput wrong(String name, String expected, Json found) {
      return new BadInput("member \"" + name + "\" is " + found.kind() + ", not " + expected);
    }
  }

  /** An array. */
  record Arr(List<Json> items) implements Json {
    public Arr {
      items = List.copyOf(items);
    }
  }

  /** A string of Unicode scalar values. */
  record Str(String value) implements Json {}

  /** A finite number. */
  record Num(double value) implements Json {
    public Num {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("internal error: number is not finite");
      }
    }

    boolean isInteger() {
      return value == Math.rint(value) && Math.abs(value) <= JsonParser.MAX_SAFE_INTEGER;
    }
  }

  /** True or false. */
  record Bool(boolean value) implements Json {}

  /** The JSON null. */
  record Null() implements Json {}

  /** Reads exactly one value of at most 64 levels from UTF-8 bytes. */
  static Json parse(byte[] utf8) throws BadInput {
    return JsonParser.parse(utf8);
  }

  /** Reads exactly one value from text. */
  static Json parse(String text) throws BadInput {
    return JsonParser.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Reads exactly one object. */
  static Obj parseObject(byte[] utf8) throws BadInput {
    return parse(utf8).asObject("document");
  }

  /** This value as an object, or an error that names the place. */
  default Obj asObject(String place) throws BadInput {
    if (this instanceof Obj o) {
      return o;
    }
    throw new BadInput(place + " is " + kind() + ", not an object");
  }

  /** The canonical form (RFC 8785) as UTF-8. Equal values have equal bytes. */
  default byte[] canonical() {
    return toString(this).getBytes(StandardCharsets.UTF_8);
  }

  /** The digest of the canonical form. */
  default Digest digest() {
    return Digest.of(canonical());
  }

  /** The canonical form as text. */
  static String toString(Json value) {
    StringBuilder out = new StringBuilder();
    JsonWriter.write(value, out);
    return out.toString();
  }

  /** What kind of value this is, for messages. */
  default String kind() {
    return switch (this) {
      case Obj o -> "an object";
      case Arr a -> "an array";
      case Str s -> "a string";
      case Num n -> "a number";
      case Bool b -> "a boolean";
      case Null n -> "null";
    };
  }

  static Str of(String value) {
    return new Str(value);
  }

  static Num of(long value) {
    if (Math.abs(value) > JsonParser.MAX_SAFE_INTEGER) {
      throw new IllegalArgumentException("internal error: integer beyond 2^53 - 1");
    }
    return new Num(value);
  }

  static Bool of(boolean value) {
    return new Bool(value);
  }

  static Arr arr(List<? extends Json> items) {
    return new Arr(List.copyOf(items));
  }

  /** An array of strings. */
  static Arr strings(Iterable<String> items) {
    List<Json> out = new ArrayList<>();
    items.forEach(s -> out.add(new Str(s)));
    return new Arr(out);
  }

  /** Starts an object. */
  static Builder obj() {
    return new Builder();
  }

  /** Collects members; a name set twice is a bug. */
  final class Builder {
    private final SequencedMap<String, Json> members = new LinkedHashMap<>();

    private Builder() {}

    public Builder put(String name, Json value) {
      if (members.putIfAbsent(name, value) != null) {
        throw new IllegalStateException("internal error: member set twice: " + name);
      }
      return this;
    }

    public Builder put(String name, String value) {
      return put(name, new Str(value));
    }

    public Builder put(String name, long value) {
      return put(name, of(value));
    }

    public Builder put(String name, boolean value) {
      return put(name, new Bool(value));
    }

    public Builder put(String name, Digest value) {
      return put(name, value.toString());
    }

    public Builder put(String name, Instant value) {
      return put(name, value.toString());
    }

    /** Writes the bytes in standard base64. */
    public Builder put(String name, byte[] value) {
      return put(name, Base64.getEncoder().encodeToString(value));
    }

    public Obj build() {
      return new Obj(members);
    }
  }

  /** At most 40 characters of hostile text, printable ASCII only. */
  static String clip(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), 40); i++) {
      char c = text.charAt(i);
      out.append(c >= ' ' && c < 0x7f ? c : '?');
    }
    return text.length() > 40 ? out + "…" : out.toString();
  }
}
