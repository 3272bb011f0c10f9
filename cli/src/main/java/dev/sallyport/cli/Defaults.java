package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.io.InputStream;

/** The first policy and thresholds of an installation: starting points, to be replaced. */
final class Defaults {
  private static final int MAX = 1 << 16;

  private Defaults() {}

  /** DESIGN §9: GREEN up to PUBLIC, YELLOW and INDETERMINATE up to LIMITED, RED none. */
  static Json.Obj policy() throws BadInput {
    return read("default-policy.json");
  }

  /** The areas of DESIGN §9. */
  static Json.Obj thresholds() throws BadInput {
    return read("default-thresholds.json");
  }

  private static Json.Obj read(String name) throws BadInput {
    try (InputStream in = Defaults.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("internal error: resource " + name + " is missing");
      }
      return Json.parseObject(Bounded.read(in, MAX, name));
    } catch (IOException e) {
      throw new BadInput(name + " cannot be read", e);
    }
  }
}
