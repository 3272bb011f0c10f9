package dev.sallyport.keyd;

/** Small documents for tests: one area, yellow 0.3, red 0.6. */
final class Documents {
  private Documents() {}

  private static final String TIER =
      """
      {"paths":["/v1/models"],"fields":["model"],"requestsPerMinute":60,"tokensPerDay":1000,\
      "bytesPerDay":1000,"maxTokensPerRequest":100,"concurrentRequests":4}\
      """;

  static final String POLICY =
      """
      {"version":2,
       "zones":{
        "GREEN":{"audience":"PUBLIC","controls":{}},
        "INDETERMINATE":{"audience":"LIMITED","controls":{}},
        "YELLOW":{"audience":"LIMITED","controls":{}},
        "RED":{"audience":"NONE","controls":{}}},
       "audiences":{
        "INTERNAL":{"quorum":1,"controls":["sealed"]},
        "TRUSTED_PARTNER":{"quorum":2,"controls":["sealed"]},
        "LIMITED":{"quorum":2,"controls":["sealed"]},
        "PUBLIC":{"quorum":2,"controls":["sealed"]}},
       "tiers":{"INTERNAL":TIER,"TRUSTED_PARTNER":TIER,"LIMITED":TIER,"PUBLIC":TIER},
       "leaseSeconds":60,"approvalDays":30,"dwellSeconds":0,"modelBytesPerDay":1000}\
      """
          .replace("TIER", TIER);

  static final String THRESHOLDS =
      """
      {"version":2,"areas":[
       {"area":"cyber","domain":"misuse","metric":"rate","direction":"higher-is-worse",
        "yellow":"0.3","red":"0.6","minimumSamples":50,"source":"test"}]}\
      """;
}
