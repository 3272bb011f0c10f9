package dev.sallyport.risk;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Statement;

/** Small documents for tests: two areas, yellow 0.3, red 0.6. */
final class Documented {
  private Documented() {}

  private static final String TIER =
      """
      {"paths":["/v1/models"],"fields":["model"],"requestsPerMinute":60,"tokensPerDay":1000,\
      "bytesPerDay":1000,"maxTokensPerRequest":100,"concurrentRequests":4}\
      """;

  static final String POLICY =
      """
      {"version":1,
       "zones":{
        "GREEN":{"audience":"PUBLIC","controls":{}},
        "INDETERMINATE":{"audience":"LIMITED","controls":{"LIMITED":["drill"]}},
        "YELLOW":{"audience":"LIMITED","controls":{"LIMITED":["drill"]}},
        "RED":{"audience":"NONE","controls":{}}},
       "audiences":{
        "INTERNAL":{"quorum":1,"controls":["sealed"]},
        "TRUSTED_PARTNER":{"quorum":2,"controls":["sealed"]},
        "LIMITED":{"quorum":2,"controls":["sealed"]},
        "PUBLIC":{"quorum":3,"controls":["sealed"]}},
       "tiers":{"INTERNAL":TIER,"TRUSTED_PARTNER":TIER,"LIMITED":TIER,"PUBLIC":TIER},
       "leaseSeconds":60,"approvalDays":30,"dwellSeconds":0,"modelBytesPerDay":1000}\
      """
          .replace("TIER", TIER);

  static final String THRESHOLDS =
      """
      {"version":1,"areas":[
       {"area":"cyber","domain":"misuse","metric":"rate","direction":"higher-is-worse",
        "yellow":"0.3","red":"0.6","minimumSamples":50,"source":"test"},
       {"area":"bio","domain":"misuse","metric":"rate","direction":"higher-is-worse",
        "yellow":"0.3","red":"0.6","minimumSamples":50,"source":"test"}]}\
      """;

  static Statement policy() {
    try {
      return Policy.statement(json(POLICY));
    } catch (BadInput e) {
      throw new IllegalStateException(e);
    }
  }

  static Statement thresholds() {
    try {
      return Thresholds.statement(json(THRESHOLDS));
    } catch (BadInput e) {
      throw new IllegalStateException(e);
    }
  }

  static Json.Obj json(String text) throws BadInput {
    return Json.parse(text).asObject("test");
  }
}
