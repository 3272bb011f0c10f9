package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.regex.Pattern;

/** The name of a model: a lower-case word that is also a directory name. */
public record ModelName(String value) {
  private static final Pattern RULE = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  public ModelName {
    if (!RULE.matcher(value).matches()) {
      throw new IllegalArgumentException("internal error: model name not parsed");
    }
  }

  /** Reads a name. */
  public static ModelName parse(String text) throws BadInput {
    if (!RULE.matcher(text).matches()) {
      throw new BadInput("model name \"" + Json.clip(text) + "\" does not match " + RULE.pattern());
    }
    return new ModelName(text);
  }

  @Override
  public String toString() {
    return value;
  }
}
