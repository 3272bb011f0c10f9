package dev.sallyport.core;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Strict recursive-descent reader of I-JSON; depth is bounded, length is the caller's to bound. */
final class JsonParser {
  static final double MAX_SAFE_INTEGER = 9007199254740991.0;
  private static final int MAX_DEPTH = 64;

  private final String text;
  private int at;

  private JsonParser(String text) {
    this.text = text;
  }

  static Json parse(byte[] utf8) throws BadInput {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new BadInput("JSON is not UTF-8", e);
    }
    JsonParser parser = new JsonParser(text);
    parser.skipSpace();
    Json value = parser.value(0);
    parser.skipSpace();
    if (parser.at != text.length()) {
      throw parser.bad("text after the end of the value");
    }
    return value;
  }

  private Json value(int depth) throws BadInput {
    if (depth > MAX_DEPTH) {
      throw bad("more than " + MAX_DEPTH + " levels");
    }
    return switch (peek()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> new Json.Str(string());
      case 't' -> word("true", new Json.Bool(true));
      case 'f' -> word("false", new Json.Bool(false));
      case 'n' -> word("null", new Json.Null());
      default -> number();
    };
  }

  private Json object(int depth) throws BadInput {
    at++;
    Map<String, Json> members = new LinkedHashMap<>();
    skipSpace();
    if (take('}')) {
      return new Json.Obj(members);
    }
    while (true) {
      if (peek() != '"') {
        throw bad("a member name was expected");
      }
      String name = string();
      skipSpace();
      expect(':');
      skipSpace();
      if (members.put(name, value(depth + 1)) != null) {
        throw bad("member \"" + Json.clip(name) + "\" occurs twice");
      }
      skipSpace();
      if (take('}')) {
        return new Json.Obj(members);
      }
      expect(',');
      skipSpace();
    }
  }

  private Json array(int depth) throws BadInput {
    at++;
    List<Json> items = new ArrayList<>();
    skipSpace();
    if (take(']')) {
      return new Json.Arr(items);
    }
    while (true) {
      items.add(value(depth + 1));
      skipSpace();
      if (take(']')) {
        return new Json.Arr(items);
      }
      expect(',');
      skipSpace();
    }
  }

  private Json word(String word, Json value) throws BadInput {
    if (!text.startsWith(word, at)) {
      throw bad("a value was expected");
    }
    at += word.length();
    return value;
  }

  private String string() throws BadInput {
    at++;
    StringBuilder out = new StringBuilder();
    while (true) {
      char c = next();
      if (c == '"') {
        break;
      }
      if (c < 0x20) {
        throw bad("a control character in a string");
      }
      out.append(c == '\\' ? escape() : c);
    }
    String result = out.toString();
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(result)) {
      throw bad("a lone surrogate in a string");
    }
    return result;
  }

  private char escape() throws BadInput {
    char c = next();
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int code = 0;
        for (int i = 0; i < 4; i++) {
          char h = next();
          int digit = h < 0x80 ? Character.digit(h, 16) : -1;
          if (digit < 0) {
            throw bad("\\u without four hex digits");
          }
          code = code * 16 + digit;
        }
        yield (char) code;
      }
      default -> throw bad("an unknown escape");
    };
  }

  private Json number() throws BadInput {
    int start = at;
    take('-');
    if (!take('0')) {
      digits();
    }
    boolean integer = true;
    if (take('.')) {
      integer = false;
      digits();
    }
    if (take('e') || take('E')) {
      integer = false;
      if (!take('+')) {
        take('-');
      }
      digits();
    }
    double value = Double.parseDouble(text.substring(start, at));
    if (!Double.isFinite(value) || (integer && Math.abs(value) > MAX_SAFE_INTEGER)) {
      throw bad("a number beyond what a double holds exactly");
    }
    return new Json.Num(value);
  }

  private void digits() throws BadInput {
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at == start) {
      throw bad("a value was expected");
    }
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char peek() throws BadInput {
    if (at >= text.length()) {
      throw bad("the text ends early");
    }
    return text.charAt(at);
  }

  private char next() throws BadInput {
    char c = peek();
    at++;
    return c;
  }

  private boolean take(char c) {
    boolean found = at < text.length() && text.charAt(at) == c;
    if (found) {
      at++;
    }
    return found;
  }

  private void expect(char c) throws BadInput {
    if (!take(c)) {
      throw bad("'" + c + "' was expected");
    }
  }

  private BadInput bad(String what) {
    return new BadInput("JSON at character " + at + ": " + what);
  }
}
