package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.util.List;

/**
 * What a scan found before a model was sealed (spec/sealed-weights.md §12).
 *
 * @param rules the version of the scanner's rules
 * @param allowed ids of the rules whose errors somebody let pass for this sealing, sorted
 */
public record ModelScan(Digest rules, long errors, long warnings, List<String> allowed) {
  private static final int MAX_ALLOWED = 100;
  private static final int MAX_ID = 64;

  public ModelScan {
    allowed = List.copyOf(allowed);
  }

  /** Reads the member {@code scan}; errors without a rule that was allowed are a contradiction. */
  public static ModelScan read(Json.Obj json) throws BadInput {
    json.only("rules", "errors", "warnings", "allowed");
    ModelScan scan =
        new ModelScan(
            json.digest("rules"),
            json.integer("errors"),
            json.integer("warnings"),
            json.strings("allowed"));
    boolean bounded =
        scan.errors >= 0
            && scan.warnings >= 0
            && scan.allowed.size() <= MAX_ALLOWED
            && scan.allowed.stream().allMatch(id -> id.length() <= MAX_ID);
    if (!bounded || (scan.errors > 0 && scan.allowed.isEmpty())) {
      throw new BadInput("counts or allowed rules of the scan are out of bounds");
    }
    return scan;
  }

  /** The member {@code scan}. */
  public Json.Obj toJson() {
    return Json.obj()
        .put("rules", rules)
        .put("errors", errors)
        .put("warnings", warnings)
        .put("allowed", Json.strings(allowed))
        .build();
  }
}
