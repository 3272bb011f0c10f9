package dev.sallyport.release;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Locale;

/**
 * The policy and thresholds that an installation starts with: files to be copied, read, edited and
 * signed by its security administrators. Nothing falls back to them.
 */
public final class Defaults {
  private static final int LIMIT = 1 << 16;

  /** The date that stands in the shipped register for the next review. */
  private static final String SHIPPED_REVIEW = "2027-05-24";

  private Defaults() {}

  /** The text of the default policy predicate (spec/evidence.md §3), as edited by people. */
  public static byte[] policyFile() {
    return resource("policy.json");
  }

  /** The text of the default thresholds predicate (spec/evidence.md §2). */
  public static byte[] thresholdsFile() {
    return resource("thresholds.json");
  }

  /**
   * The text of the default register of risks (spec/evidence.md §12), as edited by people.
   *
   * @param review when all of it is to be looked at again
   */
  public static byte[] registerFile(LocalDate review) {
    String text = new String(resource("risk-register.json"), StandardCharsets.UTF_8);
    return text.replace(SHIPPED_REVIEW, review.toString()).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The JSON Schema of a document that people edit: {@code policy}, {@code thresholds}, {@code
   * register} or {@code catalogue}.
   */
  public static byte[] schemaFile(RiskLint.Kind kind) {
    return resource(kind.name().toLowerCase(Locale.ROOT) + ".schema.json");
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
