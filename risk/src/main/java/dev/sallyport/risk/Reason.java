package dev.sallyport.risk;

import dev.sallyport.core.Json;

/**
 * Why not: the place, what was observed there, and the rule. Never a secret.
 *
 * @param place such as {@code evidence 3fa9…} or {@code area cyber-offense}
 */
public record Reason(Rule rule, String place, String observed) {

  /** One line for people. */
  public String text() {
    return place + ": " + observed + "; " + rule.text() + " (" + rule.changedBy().label() + ")";
  }

  public Json.Obj toJson() {
    return Json.obj()
        .put("rule", rule.name())
        .put("place", place)
        .put("observed", observed)
        .put("demand", rule.text())
        .put("changedBy", rule.changedBy().label())
        .build();
  }
}
