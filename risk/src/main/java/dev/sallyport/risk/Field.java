package dev.sallyport.risk;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.time.Instant;

/** Members of a predicate, read within bounds that keep every later computation total. */
final class Field {
  private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9000-01-01T00:00:00Z");

  private Field() {}

  /** A time that arithmetic with days cannot overflow. */
  static Instant time(Json.Obj json, String name) throws BadInput {
    Instant time = json.instant(name);
    if (time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
      throw new BadInput(name + " is " + time + "; years 2000 to 8999 are allowed");
    }
    return time;
  }

  /** An integer of at least {@code least} and at most {@code most}. */
  static long count(Json.Obj json, String name, long least, long most) throws BadInput {
    long value = json.integer(name);
    if (value < least || value > most) {
      throw new BadInput(name + " is " + value + "; " + least + " to " + most + " are allowed");
    }
    return value;
  }

  /** Text of at most {@code most} characters, not empty. */
  static String text(Json.Obj json, String name, int most) throws BadInput {
    String value = json.string(name);
    if (value.isEmpty() || value.length() > most) {
      throw new BadInput(
          name + " has " + value.length() + " characters; 1 to " + most + " are allowed");
    }
    return value;
  }

  /** An identifier: lower-case letters, digits and hyphens, at most 64. */
  static String id(Json.Obj json, String name) throws BadInput {
    return id(json.string(name), name);
  }

  static String id(String value, String place) throws BadInput {
    boolean good =
        !value.isEmpty()
            && value.length() <= 64
            && value
                .chars()
                .allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
    if (!good) {
      throw new BadInput(
          place + " \"" + Json.clip(value) + "\" is not 1 to 64 of a-z, 0-9 and hyphen");
    }
    return value;
  }

  static Score score(Json.Obj json, String name) throws BadInput {
    return Score.parse(json.string(name));
  }

  static void requireOrder(String first, Instant a, String second, Instant b) throws BadInput {
    if (!a.isBefore(b)) {
      throw new BadInput(first + " " + a + " is not before " + second + " " + b);
    }
  }
}
