package dev.sallyport.keyd;

import java.util.List;

/** The checks of keyd that stop attacks, each with the place in the code where it is made. */
@SuppressWarnings("ImmutableEnumChecker") // List.of
enum Check {
  /** The trust root is the one that the ceremony pinned. */
  PINNED_TRUST_ROOT(Cut.answer("keyd.Pins", "read", "equals", "", 1)),
  /** A key must be somebody's of the trust root. */
  SIGNER_IS_SOMEBODY(Cut.believe("keys.TrustRoot", "verify", "personOf", "", "anybody")),
  SIGNATURE_OF_A_PERSON(Cut.drop("keys.TrustRoot", "verify", "VerifyingKey.verify", "")),
  SIGNATURE_OF_A_PROCESS(Cut.drop("keys.Envelope", "statementBy", "VerifyingKey.verify", "")),

  APPROVER_SIGNS_IN_THE_OWN_NAME(
      Cut.answer("risk.Approval", "parse", "String.equals", "approver", 1)),
  APPROVER_HAS_THE_ROLE(Cut.believe("risk.Approval", "parse", "Signers.require", "", "whoever")),
  APPROVAL_COUNTS_FOR_WHAT_IT_NAMES(
      Cut.believe("risk.History", "approve", "need", "", "lastRequested")),
  ONE_APPROVAL_COUNTS_ONCE(Cut.jump("risk.History", "approve", 1, false)),
  APPROVAL_IS_OF_THIS_REQUEST(approval("is for another request")),
  APPROVAL_IN_TIME(approval(" lapsed at ")),
  APPROVER_IS_NOT_THE_REQUESTER(approval(" made the request")),
  APPROVER_IS_NO_ASSESSOR(approval(" signed evidence in the request")),
  ONE_PERSON_COUNTS_ONCE(Cut.believe("risk.Quorum", "add", "Person.name", "", "eachTimeAnother")),
  QUORUM(Cut.answer("risk.Approvals", "verdict", "quorum", "", 1)),
  QUORUM_HAS_A_SECURITY_ADMINISTRATOR(Cut.jump("risk.Quorum", "lapses", 4, false)),

  TWO_SIGN_A_POLICY(Cut.drop("risk.Policy", "parse", "requireTwoSecurityAdmins", "")),
  TWO_SIGN_THRESHOLDS(Cut.drop("risk.Thresholds", "parse", "requireTwoSecurityAdmins", "")),
  TWO_SIGN_COMMANDS(Cut.answer("keyd.AllowedCommands", "parse", "count", "", 2)),
  VERSIONS_GO_UP(Cut.jump("risk.Documents", "requireSuccession", 1, true)),
  LOOSENING_TAKES_MORE(Cut.drop("risk.Documents", "requireSuccession", "requireLoosening", "")),
  COMMANDS_GO_UP(Cut.jump("keyd.Reading", "allow", 1, true)),
  COMMAND_IS_LISTED(lease("checkCommand", " is not in the signed list")),

  REQUESTER_HAS_THE_ROLE(Cut.believe("risk.Requested", "parse", "Signers.require", "", "whoever")),
  REQUEST_NAMES_WHAT_IS_IN_FORCE(gate("requirePin", "request names ")),
  REQUEST_NOT_EXPIRED(gate("checkRequest", "expired at ")),
  EVIDENCE_IS_WHAT_WAS_LISTED(gate("requireListed", " listed, not the same")),
  EVIDENCE_IS_ABOUT_THIS_MODEL(Cut.answer("risk.Judgement", "checkEvidence", "concerns", "", 1)),
  CONTROL_ATTESTED_BY_ONE_WHO_MAY(
      Cut.believe("risk.Attested", "parse", "Signers.require", "AUDIT_ADMIN", "whoever")),
  CONTROL_ATTESTED_AS_THE_POLICY_ASKS(Cut.answer("risk.Controls", "of", "admits", "", 1)),
  EVIDENCE_NOT_LAPSED(gate("checkFresh", "lapsed at ")),
  EVIDENCE_NOT_EARLY(gate("checkFresh", ", after ")),
  ZONE_NOT_WORSE(gate("checkZones", "is \1, request says ")),
  ZONE_NOT_WORSE_ON_ALL_IN_THE_LOG(gate("checkZones", " on all evidence in the log")),
  AUDIENCE_WITHIN_THE_ZONE(gate("checkAudience", " asked for zone ")),
  CONTROLS_EFFECTIVE(gate("checkAudience", "not shown to be effective")),
  CONTROLS_EFFECTIVE_ON_ALL_IN_THE_LOG(Cut.jump("risk.Judgement", "checkAudience", 6, true)),
  NO_CHECK_FAILS(gate("checkAudience", "found broken by a check")),
  ONE_AUDIENCE_AT_A_TIME(Cut.drop("risk.Judgement", "checkPromotion", "List.forEach", "")),
  RESUMED_WAS_IN_FORCE(Cut.answer("risk.Standing", "former", "isPresent", "", 1)),
  RESUMED_IS_OF_THIS_MODEL(resumption("check", "is of another model")),
  RESUMED_WAS_AS_WIDE(resumption("check", ", not to ")),
  RESUMED_WAS_ENDED(resumption("check", ", neither suspended nor revoked")),
  RESUMED_LATELY(resumption("checkSince", ", could be resumed until ")),
  WATCHED_SINCE_THE_STOP(Cut.drop("risk.Resumption", "checkSince", "List.forEach", "")),
  WAIVER_TAKES_MORE(Cut.drop("risk.Waiver", "parse", "requireLoosening", "")),
  WAIVER_NOT_LAPSED(waiver("lapsed at ")),
  WAIVER_IS_OF_THIS_MODEL(waiver("is for another model")),

  ACTIVATION_LOGGED(
      Cut.answer("keyd.Reading", "judge(3)", "isInForce", "", 1),
      Cut.answer("keyd.Reading", "judge(2)", "isInForce", "", 1)),
  WITHDRAWALS_ARE_READ(Cut.drop("risk.History", "apply", "withdraw", "")),
  SUSPENSIONS_ARE_READ(Cut.drop("risk.History", "apply", "move", "SUSPENDED")),
  REVOCATIONS_ARE_READ(Cut.drop("risk.History", "apply", "move", "REVOKED")),
  /** A no of keyd's own judgement is the last word. */
  FALLEN_IS_FINAL(Cut.answer("keyd.Reading", "judge(3)", "Map.put", "revoked", 0)),
  INTENT_READ(lease("checkIntent", "log has no entry lease.intended of this request")),
  ENTRIES_MAKE_THE_TREE(
      Cut.drop("keyd.Reading", "follow", "require", " do not make the checkpoint")),
  REFUSED_ENTRIES_ARE_FORGOTTEN(
      Cut.drop("keyd.Reading", "follow", "restore", " do not make the checkpoint")),
  LEASES_REST_ON_WHAT_IS_STORED(Cut.drop("keyd.Leases", "grant", "restore", "")),
  LOG_GOES_ON_FROM_THE_SIZE_HELD(Cut.jump("tlog.WitnessRule", "decide", 6, false)),
  ONE_TREE_OF_ONE_SIZE(Cut.jump("tlog.WitnessRule", "decide", 7, true)),
  LOG_IS_EXTENDED(Cut.drop("tlog.WitnessRule", "decide", "ConsistencyProof.verify", "")),

  ENTRY_IS_IN_THE_TREE(Cut.drop("keyd.LoggedIntent", "require", "InclusionProof.verify", "")),
  ENTRY_IS_OF_THIS(
      Cut.answer("keyd.LoggedIntent", "require", "String.equals", "", 1),
      Cut.answer("keyd.LoggedIntent", "require", "Json$Obj.equals", "", 1)),
  CHECKPOINT_COSIGNED(Cut.drop("tlog.WitnessKey", "verify", "verifyRaw", "")),
  CHECKPOINT_COSIGNED_LATELY(checkpoint(" s before the last one; limit ")),
  CHECKPOINT_AFTER_THE_LAST_REVOCATION(checkpoint(" entries; a revocation came at ")),
  ORDER_HAS_ITS_SIGNERS(Cut.answer("keys.ApprovedOrder", "of", "size", ", who has no say", 2)),
  ORDER_IS_GOOD_ONCE(order("order was used before; it is good once")),
  ORDER_NOT_REVOKED(order("order was withdrawn")),
  ORDER_NOT_WITHDRAWN_IN_THE_LOG(order("order was withdrawn, as the log says")),

  RELEASE_NOT_REVOKED(
      Cut.drop("keyd.LeaseVerification", "checkNotRevoked", "require", "release \1 is revoked")),
  BASIS_NOT_REVOKED(
      Cut.drop("keyd.LeaseVerification", "checkNotRevoked", "require", "statement \1 is revoked")),
  REVOKED_RELEASE_FALLS(Cut.answer("keyd.Reading", "judge(3)", "isRevoked", "", 0)),
  REVOCATIONS_ARE_NOT_FORGOTTEN(
      lease("verify", "keyd holds more revocations than it can remember")),
  EXCERPT_IS_WHAT_KEYD_WROTE(Cut.answer("keyd.Excerpt", "replay", "equals", "", 1)),

  REQUEST_IS_OF_NOW(request(" s old; limit ")),
  NONCE_IS_NEW(request("nonce of the request was used before")),
  NONCES_ARE_NOT_FORGOTTEN(request("too many requests within a few minutes")),
  CLOCK_NOT_BEHIND(Cut.answer("keyd.Store", "now", "isBefore", "CLOCK_SLACK", 0)),
  TIME_NEVER_BEFORE_THE_LAST_DECISION(
      Cut.answer("keyd.Store", "now", "isBefore", " s behind the last decision", 0)),
  MODEL_IS_THAT_OF_THE_RELEASE(
      lease("checkModel", "request is for another model than the release")),
  /** The key is bound to model, version and manifest where it lies. */
  KEY_IS_BOUND(
      Cut.believe("keyd.Wrapping", "wrapped", "KeyRing.wrap", "", "wrapForAnything"),
      Cut.believe("keyd.Unwrap", "key", "KeyRing.unwrap", "", "openForAnything")),
  VERSION_IS_NEW(Cut.drop("keyd.Wrapping", "next", "require", "; the last one was ")),
  HARDWARE_IS_ACCEPTED(Cut.drop("keyd.Hardware", "requireAccepted", "require", "")),
  HARDWARE_IS_BOUND_TO_THE_REQUEST(Cut.drop("attest.Genuine", "boundTo", "Binding.require", "")),
  FRAME_IS_BOUNDED(Cut.jump("core.Wire", "read", 2, true)),
  JOURNAL_IS_BOUNDED(Cut.jump("keyd.Journal", "write", 1, true));

  private final List<Cut> cuts;

  Check(Cut... cuts) {
    this.cuts = List.of(cuts);
  }

  /** What takes it out. */
  List<Cut> cuts() {
    return cuts;
  }

  private static Cut approval(String refusal) {
    return Cut.drop("risk.Approvals", "count", "require", refusal);
  }

  private static Cut gate(String method, String refusal) {
    return Cut.drop("risk.Judgement", method, "deny", refusal);
  }

  private static Cut waiver(String refusal) {
    return Cut.drop("risk.Judgement", "requireCovers", "require", refusal);
  }

  private static Cut resumption(String method, String refusal) {
    return Cut.drop("risk.Resumption", method, "deny", refusal);
  }

  private static Cut checkpoint(String refusal) {
    return Cut.drop("keyd.LoggedIntent", "checkCheckpoint", "require", refusal);
  }

  private static Cut order(String refusal) {
    return Cut.drop("keyd.UnsealVerification", "checkOrder", "require", refusal);
  }

  private static Cut lease(String method, String refusal) {
    return Cut.drop("keyd.LeaseVerification", method, "require", refusal);
  }

  private static Cut request(String refusal) {
    return Cut.drop("keyd.Fresh", "require", "require", refusal);
  }
}
