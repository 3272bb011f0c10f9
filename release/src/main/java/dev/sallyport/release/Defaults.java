package dev.sallyport.release;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.io.InputStream;

/**
 * The policy and thresholds that an installation starts with: files to be copied, read, edited and
 * signed by its security administrators. Nothing falls back to them.
 */
public final class Defaults {
  private static final int LIMIT = 1 << 16;

  private Defaults() {}

  /** The text of the default policy predicate (spec/evidence.md §3), as edited by people. */
  public static byte[] policyFile() {
    return resource("policy.json");
  }

  /** The text of the default thresholds predicate (spec/evidence.md §2). */
  public static byte[] thresholdsFile() {
    return resource("thresholds.json");
  }

  /** The default policy predicate. */
  public static Json.Obj policy() {
    return parsed(policyFile());
  }

  /** The default thresholds predicate. */
  public static Json.Obj thresholds() {
    return parsed(thresholdsFile());
  }

  private static Json.Obj parsed(byte[] file) {
    try {
      return Json.parseObject(file);
    } catch (BadInput e) {
      throw new IllegalStateException("internal error: shipped default is not JSON", e);
    }
  }

  private static byte[] resource(String name) {
    try (InputStream in = Defaults.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("internal error: shipped default is missing: " + name);
      }
      return Bounded.read(in, LIMIT, name);
    } catch (IOException | BadInput e) {
      throw new IllegalStateException("internal error: shipped default cannot be read", e);
    }
  }
}
