package dev.sallyport.core;

import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;

/** Writes RFC 8785. */
final class JsonWriter {
  private JsonWriter() {}

  static void write(Json value, StringBuilder out) {
    switch (value) {
      case Json.Obj o -> writeObject(o, out);
      case Json.Arr a -> writeArray(a, out);
      case Json.Str s -> writeString(s.value(), out);
      case Json.Num n -> out.append(number(n.value()));
      case Json.Bool b -> out.append(b.value());
      case Json.Null n -> out.append("null");
    }
  }

  private static void writeObject(Json.Obj object, StringBuilder out) {
    // RFC 8785 §3.2.3: names sort by UTF-16 code units, which is String's natural order.
    char separator = '{';
    for (Map.Entry<String, Json> member : new TreeMap<>(object.members()).entrySet()) {
      out.append(separator);
      writeString(member.getKey(), out);
      out.append(':');
      write(member.getValue(), out);
      separator = ',';
    }
    out.append(separator == '{' ? "{}" : "}");
  }

  private static void writeArray(Json.Arr array, StringBuilder out) {
    char separator = '[';
    for (Json item : array.items()) {
      out.append(separator);
      write(item, out);
      separator = ',';
    }
    out.append(separator == '[' ? "[]" : "]");
  }

  private static void writeString(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /** ECMAScript's Number::toString, as RFC 8785 §3.2.2.3 asks. */
  static String number(double value) {
    if (value == 0) {
      return "0";
    }
    BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    String digits = shortest.unscaledValue().abs().toString();
    int k = digits.length();
    int n = k - shortest.scale();
    String sign = value < 0 ? "-" : "";
    if (k <= n && n <= 21) {
      return sign + digits + "0".repeat(n - k);
    }
    if (0 < n && n <= 21) {
      return sign + digits.substring(0, n) + "." + digits.substring(n);
    }
    if (-6 < n && n <= 0) {
      return sign + "0." + "0".repeat(-n) + digits;
    }
    String mantissa = k == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    return sign + mantissa + "e" + (n - 1 < 0 ? "-" : "+") + Math.abs(n - 1);
  }
}
