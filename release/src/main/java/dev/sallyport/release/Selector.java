package dev.sallyport.release;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;

/** Which result of a file is meant: two names with a slash between. */
record Selector(String first, String second) {
  static Selector parse(String text) throws BadInput {
    int slash = text.indexOf('/');
    if (slash < 1 || slash == text.length() - 1) {
      throw new BadInput("selector \"" + Json.clip(text) + "\" is not of the form one/other");
    }
    return new Selector(text.substring(0, slash), text.substring(slash + 1));
  }
}
