package dev.sallyport.risk;

import dev.sallyport.keys.Role;

/** Every rule that can keep a model from being released, and whose act can satisfy it. */
public enum Rule {
  TRUST_ROOT("everyone who signed is in the trust root", Role.SECURITY_ADMIN),
  POLICY("the policy is signed by two security administrators", Role.SECURITY_ADMIN),
  THRESHOLDS("the thresholds are signed by two security administrators", Role.SECURITY_ADMIN),
  REQUEST("the request is well formed and signed by one system administrator", Role.SYSTEM_ADMIN),
  REQUEST_PINS(
      "the request names the trust root, policy and thresholds in force", Role.SYSTEM_ADMIN),
  REQUEST_TIME("the request is in force now", Role.SYSTEM_ADMIN),
  WITHDRAWN("a withdrawal is final; a new request is needed", Role.SYSTEM_ADMIN),
  EVIDENCE_SET("the evidence is exactly what the request lists", Role.SYSTEM_ADMIN),
  EVIDENCE("evidence is well formed, signed by assessors, about this model", Role.ASSESSOR),
  EVIDENCE_FRESH("evidence is fresh and not withdrawn", Role.ASSESSOR),
  ZONE("no area is worse than the request says", Role.SYSTEM_ADMIN),
  AUDIENCE("the audience is at most the widest for the zone", Role.SYSTEM_ADMIN),
  CONTROL("every required control is effective on fresh evidence, or waived", Role.ASSESSOR),
  CHECK("no check of the installation's own finds a required control broken", Role.SYSTEM_ADMIN),
  WAIVER(
      "a waiver is in force, for this model, zone and audience, and the control may be waived",
      Role.SECURITY_ADMIN),
  APPROVAL(
      "an approver is a security or audit administrator and neither requester nor assessor",
      Role.SECURITY_ADMIN),
  QUORUM("a quorum of people approves, a security administrator among them", Role.SECURITY_ADMIN),
  DWELL(
      "the next narrower audience was in force for the dwell time, and watched meanwhile",
      Role.SYSTEM_ADMIN),
  RESUMPTION(
      "what is resumed was in force for this model and an audience as wide, was suspended or"
          + " stopped lately, and was looked at since",
      Role.SYSTEM_ADMIN);

  private final String text;
  private final Role changedBy;

  Rule(String text, Role changedBy) {
    this.text = text;
    this.changedBy = changedBy;
  }

  /** The rule as a sentence. */
  public String text() {
    return text;
  }

  /** The role whose act can satisfy the rule. */
  public Role changedBy() {
    return changedBy;
  }
}
