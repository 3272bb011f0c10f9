package dev.sallyport.keyd;

import java.util.EnumSet;
import java.util.Set;

/**
 * What a server that is the attacker's may try. Each is a row of docs/threat-model.md; how it goes
 * is in the method named here, what stops it are the checks: each of them alone, and nothing else.
 */
@SuppressWarnings("ImmutableEnumChecker") // method references without state, a set never changed
enum Attack {
  ONE_APPROVAL_TOO_FEW(Code.GATE, ApprovalAttacks::tooFew, Check.QUORUM),
  NO_SECURITY_ADMINISTRATOR(
      Code.GATE, ApprovalAttacks::withoutSecurity, Check.QUORUM_HAS_A_SECURITY_ADMINISTRATOR),
  APPROVAL_BY_AN_UNKNOWN_KEY(
      Code.LOG,
      ApprovalAttacks::byUnknownKey,
      Check.SIGNER_IS_SOMEBODY,
      Check.SIGNATURE_OF_A_PERSON),
  APPROVAL_WITH_A_FORGED_SIGNATURE(
      Code.LOG, ApprovalAttacks::withForgedSignature, Check.SIGNATURE_OF_A_PERSON),
  APPROVAL_UNDER_ANOTHERS_NAME(
      Code.LOG,
      ApprovalAttacks::underAnothersName,
      Check.APPROVER_SIGNS_IN_THE_OWN_NAME,
      Check.ONE_PERSON_COUNTS_ONCE),
  ONE_PERSON_APPROVES_TWICE(
      Code.GATE, ApprovalAttacks::samePersonTwice, Check.ONE_PERSON_COUNTS_ONCE),
  ONE_APPROVAL_SHOWN_TWICE(
      Code.GATE,
      ApprovalAttacks::sameApprovalTwice,
      Check.ONE_APPROVAL_COUNTS_ONCE,
      Check.ONE_PERSON_COUNTS_ONCE),
  APPROVAL_BY_THE_REQUESTER(
      Code.LOG,
      ApprovalAttacks::byTheRequester,
      Check.APPROVER_HAS_THE_ROLE,
      Check.APPROVER_IS_NOT_THE_REQUESTER),
  APPROVAL_BY_AN_ASSESSOR(
      Code.LOG,
      ApprovalAttacks::byAnAssessor,
      Check.APPROVER_HAS_THE_ROLE,
      Check.APPROVER_IS_NO_ASSESSOR),
  LAPSED_APPROVAL(Code.GATE, ApprovalAttacks::lapsed, Check.APPROVAL_IN_TIME),
  APPROVAL_OF_ANOTHER_AUDIENCE(
      Code.GATE,
      ApprovalAttacks::ofAnotherAudience,
      Check.APPROVAL_COUNTS_FOR_WHAT_IT_NAMES,
      Check.APPROVAL_IS_OF_THIS_REQUEST),
  APPROVAL_OF_ANOTHER_MODEL(
      Code.GATE,
      ApprovalAttacks::ofAnotherModel,
      Check.APPROVAL_COUNTS_FOR_WHAT_IT_NAMES,
      Check.APPROVAL_IS_OF_THIS_REQUEST),
  APPROVAL_OF_AN_OLDER_VERSION(
      Code.GATE,
      ApprovalAttacks::ofAnOlderVersion,
      Check.APPROVAL_COUNTS_FOR_WHAT_IT_NAMES,
      Check.APPROVAL_IS_OF_THIS_REQUEST),
  AUDIENCE_REWRITTEN(
      Code.LOG,
      ApprovalAttacks::audienceRewritten,
      Check.SIGNATURE_OF_A_PERSON,
      Check.APPROVAL_COUNTS_FOR_WHAT_IT_NAMES,
      Check.APPROVAL_IS_OF_THIS_REQUEST),

  POLICY_SIGNED_BY_ONE(Code.LOG, PaperAttacks::policyOfOne, Check.TWO_SIGN_A_POLICY),
  THRESHOLDS_SIGNED_BY_ONE(Code.LOG, PaperAttacks::thresholdsOfOne, Check.TWO_SIGN_THRESHOLDS),
  COMMANDS_SIGNED_BY_ONE(Code.LOG, PaperAttacks::commandsOfOne, Check.TWO_SIGN_COMMANDS),
  OLDER_POLICY(Code.LOG, PaperAttacks::olderPolicy, Check.VERSIONS_GO_UP),
  OLDER_THRESHOLDS(Code.LOG, PaperAttacks::olderThresholds, Check.VERSIONS_GO_UP),
  OLDER_COMMANDS(Code.LOG, PaperAttacks::olderCommands, Check.COMMANDS_GO_UP),
  LOOSER_POLICY_SIGNED_BY_TWO(
      Code.LOG, PaperAttacks::looserPolicyOfTwo, Check.LOOSENING_TAKES_MORE),
  LOOSER_THRESHOLDS_SIGNED_BY_TWO(
      Code.LOG, PaperAttacks::looserThresholdsOfTwo, Check.LOOSENING_TAKES_MORE),
  APPROVED_UNDER_ANOTHER_POLICY(
      Code.GATE, PaperAttacks::approvedUnderAnotherPolicy, Check.REQUEST_NAMES_WHAT_IS_IN_FORCE),
  COMMAND_NOT_LISTED(Code.COMMAND, PaperAttacks::unlistedCommand, Check.COMMAND_IS_LISTED),
  EXPIRED_RELEASE(Code.GATE, PaperAttacks::expiredRelease, Check.REQUEST_NOT_EXPIRED),
  LAPSED_EVALUATION(
      Code.GATE, PaperAttacks::lapsedEvaluation, Check.EVIDENCE_NOT_LAPSED, Check.ZONE_NOT_WORSE),
  LAPSED_CONTROL(
      Code.GATE, PaperAttacks::lapsedControl, Check.EVIDENCE_NOT_LAPSED, Check.CONTROLS_EFFECTIVE),
  EVIDENCE_FROM_THE_FUTURE(
      Code.GATE, PaperAttacks::evidenceOfTomorrow, Check.EVIDENCE_NOT_EARLY, Check.ZONE_NOT_WORSE),
  FORGED_EVIDENCE(Code.LOG, PaperAttacks::forgedEvidence, Check.SIGNATURE_OF_A_PERSON),
  EVIDENCE_BY_THE_REQUESTER(
      Code.LOG,
      PaperAttacks::evidenceByTheRequester,
      Check.CONTROL_ATTESTED_BY_ONE_WHO_MAY,
      Check.CONTROL_ATTESTED_AS_THE_POLICY_ASKS),
  EVIDENCE_OF_ANOTHER_MODEL(
      Code.GATE, PaperAttacks::evidenceOfAnotherModel, Check.EVIDENCE_IS_ABOUT_THIS_MODEL),
  LISTED_EVIDENCE_LEFT_OUT(
      Code.GATE, PaperAttacks::listedEvidenceNotLogged, Check.EVIDENCE_IS_WHAT_WAS_LISTED),
  ZONE_WORSE_THAN_STATED(Code.GATE, PaperAttacks::worseThanStated, Check.ZONE_NOT_WORSE),
  WORSE_EVALUATION_LEFT_OUT(
      Code.GATE, PaperAttacks::worseThanListed, Check.ZONE_NOT_WORSE_ON_ALL_IN_THE_LOG),
  AUDIENCE_WIDER_THAN_THE_ZONE(
      Code.GATE, PaperAttacks::widerThanTheZone, Check.AUDIENCE_WITHIN_THE_ZONE),
  CONTROL_LEFT_OUT(Code.GATE, PaperAttacks::controlLeftOut, Check.CONTROLS_EFFECTIVE),
  CONTROL_NOT_EFFECTIVE_LEFT_OUT(
      Code.GATE,
      PaperAttacks::controlNotEffectiveSince,
      Check.CONTROLS_EFFECTIVE_ON_ALL_IN_THE_LOG),
  FAILED_CHECK_IGNORED(Code.GATE, PaperAttacks::checkFailed, Check.NO_CHECK_FAILS),
  REQUESTED_BY_ONE_WHO_MAY_NOT(
      Code.LOG, PaperAttacks::requestedByAnAssessor, Check.REQUESTER_HAS_THE_ROLE),
  PROMOTED_IN_ONE_LEAP(Code.GATE, PaperAttacks::promotedInOneLeap, Check.ONE_AUDIENCE_AT_A_TIME),
  PROMOTED_TOO_SOON(Code.GATE, PaperAttacks::promotedTooSoon, Check.ONE_AUDIENCE_AT_A_TIME),
  RESUMED_WHAT_WAS_NEVER_IN_FORCE(
      Code.GATE, ResumeAttacks::neverInForce, Check.RESUMED_WAS_IN_FORCE),
  RESUMED_FOR_ANOTHER_MODEL(
      Code.GATE, ResumeAttacks::ofAnotherModel, Check.RESUMED_IS_OF_THIS_MODEL),
  RESUMED_FOR_MORE_PEOPLE(Code.GATE, ResumeAttacks::wider, Check.RESUMED_WAS_AS_WIDE),
  RESUMED_WHAT_HAD_EXPIRED(Code.GATE, ResumeAttacks::expired, Check.RESUMED_WAS_ENDED),
  RESUMED_TOO_LATE(Code.GATE, ResumeAttacks::longAgo, Check.RESUMED_LATELY),
  RESUMED_UNWATCHED(Code.GATE, ResumeAttacks::unwatched, Check.WATCHED_SINCE_THE_STOP),
  WAIVER_SIGNED_BY_TOO_FEW(Code.LOG, PaperAttacks::waiverOfTooFew, Check.WAIVER_TAKES_MORE),
  LAPSED_WAIVER(Code.GATE, PaperAttacks::waiverLapsed, Check.WAIVER_NOT_LAPSED),
  WAIVER_OF_ANOTHER_MODEL(
      Code.GATE, PaperAttacks::waiverOfAnotherModel, Check.WAIVER_IS_OF_THIS_MODEL),
  HARDWARE_SAYS_NOTHING(
      Code.ATTESTATION, PaperAttacks::hardwareSaysNothing, Check.HARDWARE_IS_ACCEPTED),
  HARDWARE_OF_ANOTHER_REQUEST(
      Code.ATTESTATION,
      PaperAttacks::hardwareOfAnotherRequest,
      Check.HARDWARE_IS_BOUND_TO_THE_REQUEST),

  INTENT_NOT_LOGGED(Code.PROOF, LogAttacks::withoutIntent, Check.INTENT_READ),
  INTENT_OF_ANOTHER_REQUEST(Code.PROOF, LogAttacks::intentOfAnotherRequest, Check.INTENT_READ),
  INTENT_NOT_SHOWN(Code.PROOF, LogAttacks::intentNotRead, Check.INTENT_READ),
  ACTIVATION_NOT_LOGGED(Code.GATE, LogAttacks::withoutActivation, Check.ACTIVATION_LOGGED),
  FORKED_LOG(Code.PROOF, LogAttacks::forked, Check.LOG_IS_EXTENDED, Check.ENTRIES_MAKE_THE_TREE),
  SPLIT_VIEW(
      Code.CONFLICT,
      LogAttacks::splitView,
      Check.ONE_TREE_OF_ONE_SIZE,
      Check.LOG_IS_EXTENDED,
      Check.ENTRIES_MAKE_THE_TREE),
  ROLLED_BACK_LOG(
      Code.CONFLICT,
      LogAttacks::rolledBack,
      Check.LOG_GOES_ON_FROM_THE_SIZE_HELD,
      Check.LOG_IS_EXTENDED,
      Check.ENTRIES_MAKE_THE_TREE),
  REFUSED_ENTRY_USED(
      Code.PROOF,
      LogAttacks::refusedEntryUsed,
      Check.REFUSED_ENTRIES_ARE_FORGOTTEN,
      Check.LEASES_REST_ON_WHAT_IS_STORED),
  ENTRY_WITHHELD(Code.PROOF, LogAttacks::entryWithheld, Check.ENTRIES_MAKE_THE_TREE),
  ENTRY_EXCHANGED(Code.PROOF, LogAttacks::entryExchanged, Check.ENTRIES_MAKE_THE_TREE),

  FORGED_REQUEST(Code.REQUEST, RequestAttacks::forged, Check.SIGNATURE_OF_A_PROCESS),
  RECIPIENT_EXCHANGED(
      Code.REQUEST, RequestAttacks::recipientExchanged, Check.SIGNATURE_OF_A_PROCESS),
  REPLAYED_REQUEST(Code.REPLAY, RequestAttacks::replayed, Check.NONCE_IS_NEW),
  REPLAYED_AFTER_A_RESTART(Code.REPLAY, RequestAttacks::replayedAfterARestart, Check.NONCE_IS_NEW),
  NONCE_USED_AGAIN(Code.REPLAY, RequestAttacks::nonceUsedAgain, Check.NONCE_IS_NEW),
  STALE_REQUEST(Code.REQUEST, RequestAttacks::stale, Check.REQUEST_IS_OF_NOW),
  REQUEST_OF_THE_FUTURE(Code.REQUEST, RequestAttacks::ofTheFuture, Check.REQUEST_IS_OF_NOW),
  ANOTHER_MODEL(Code.MODEL, RequestAttacks::anotherModel, Check.MODEL_IS_THAT_OF_THE_RELEASE),
  ANOTHER_MANIFEST(Code.MODEL, RequestAttacks::anotherManifest, Check.MODEL_IS_THAT_OF_THE_RELEASE),
  KEY_OF_ANOTHER_MODEL(Code.KEY, RequestAttacks::keyOfAnotherModel, Check.KEY_IS_BOUND),
  KEY_OF_ANOTHER_VERSION(Code.KEY, RequestAttacks::keyOfAnotherVersion, Check.KEY_IS_BOUND),

  UNSEALED_BY_TOO_FEW(Code.APPROVAL, UnsealAttacks::orderOfTooFew, Check.ORDER_HAS_ITS_SIGNERS),
  UNSEALED_THOUGH_WITHDRAWN(Code.REVOKED, UnsealAttacks::withdrawn, Check.ORDER_NOT_REVOKED),
  UNSEAL_WITHDRAWAL_NOT_TOLD(
      Code.REVOKED, UnsealAttacks::withdrawalNotTold, Check.ORDER_NOT_WITHDRAWN_IN_THE_LOG),
  UNSEALED_TWICE(Code.REPLAY, UnsealAttacks::orderCarriedOut, Check.ORDER_IS_GOOD_ONCE),
  UNSEALED_WITH_ANOTHER_ENTRY(Code.PROOF, UnsealAttacks::entryOfAnother, Check.ENTRY_IS_OF_THIS),
  UNSEALED_WITH_AN_ENTRY_OF_ANOTHER_TREE(
      Code.PROOF, UnsealAttacks::entryOfAnotherTree, Check.ENTRY_IS_IN_THE_TREE),
  COSIGNATURE_OF_ANOTHER_TREE(
      Code.CHECKPOINT, UnsealAttacks::cosignatureOfAnotherTree, Check.CHECKPOINT_COSIGNED),
  CHECKPOINT_OF_LONG_AGO(
      Code.CHECKPOINT, UnsealAttacks::checkpointOfLongAgo, Check.CHECKPOINT_COSIGNED_LATELY),
  CHECKPOINT_BEFORE_A_REVOCATION(
      Code.CHECKPOINT,
      UnsealAttacks::checkpointBeforeARevocation,
      Check.CHECKPOINT_AFTER_THE_LAST_REVOCATION),
  UNSEALED_WITH_THE_KEY_OF_ANOTHER_MODEL(
      Code.KEY, UnsealAttacks::keyOfAnotherModel, Check.KEY_IS_BOUND),

  STOPPED_RELEASE(
      Code.REVOKED,
      StateAttacks::stoppedRelease,
      Check.RELEASE_NOT_REVOKED,
      Check.REVOKED_RELEASE_FALLS),
  STOPPED_BEFORE_A_RESTART(
      Code.REVOKED,
      StateAttacks::stoppedBeforeARestart,
      Check.RELEASE_NOT_REVOKED,
      Check.REVOKED_RELEASE_FALLS),
  WITHDRAWN_APPROVAL(Code.REVOKED, StateAttacks::withdrawnApproval, Check.BASIS_NOT_REVOKED),
  WITHDRAWN_EVIDENCE(Code.REVOKED, StateAttacks::withdrawnEvidence, Check.BASIS_NOT_REVOKED),
  WITHDRAWAL_OF_AN_APPROVAL_NOT_TOLD(
      Code.GATE, StateAttacks::approvalWithdrawalNotTold, Check.WITHDRAWALS_ARE_READ),
  WITHDRAWAL_OF_EVIDENCE_NOT_TOLD(
      Code.GATE, StateAttacks::evidenceWithdrawalNotTold, Check.WITHDRAWALS_ARE_READ),
  STOP_NOT_TOLD(Code.GATE, StateAttacks::stopNotTold, Check.WITHDRAWALS_ARE_READ),
  SUSPENSION_NOT_TOLD(Code.GATE, StateAttacks::suspensionNotTold, Check.SUSPENSIONS_ARE_READ),
  REVOCATION_NOT_TOLD(Code.GATE, StateAttacks::revocationNotTold, Check.REVOCATIONS_ARE_READ),
  FALLEN_RELEASE_APPROVED_ANEW(
      Code.GATE, StateAttacks::fallenReleaseApprovedAnew, Check.FALLEN_IS_FINAL),
  FALL_SHOWN_TOO_LATE(Code.GATE, StateAttacks::fallShownTooLate, Check.FALLEN_IS_FINAL),
  LAPSE_BRIDGED(Code.GATE, StateAttacks::lapseBridged, Check.FALLEN_IS_FINAL),
  CLOCK_SET_BACK(
      Code.CLOCK,
      StateAttacks::clockSetBack,
      Check.CLOCK_NOT_BEHIND,
      Check.TIME_NEVER_BEFORE_THE_LAST_DECISION),
  OLDER_STATE_PUT_BACK(Code.PROOF, StateAttacks::olderStatePutBack, Check.INTENT_READ),
  OLDER_STATE_TOLD_ANEW(Code.GATE, StateAttacks::olderStateToldAnew, Check.WITHDRAWALS_ARE_READ),
  EXCERPT_ALTERED(
      "keyd does not start", StateAttacks::excerptAltered, Check.EXCERPT_IS_WHAT_KEYD_WROTE),
  ANOTHER_TRUST_ROOT(
      "keyd does not start", StateAttacks::anotherTrustRoot, Check.PINNED_TRUST_ROOT),
  OLDER_VERSION_SEALED_AGAIN(
      Code.MODEL, StateAttacks::olderVersionSealedAgain, Check.VERSION_IS_NEW),
  TOO_MANY_NONCES(Code.REPLAY, StateAttacks::manyNonces, Check.NONCES_ARE_NOT_FORGOTTEN),
  TOO_MANY_REVOCATIONS(
      Code.REVOKED, StateAttacks::manyRevocations, Check.REVOCATIONS_ARE_NOT_FORGOTTEN),
  HUGE_FRAME("keyd hangs up", StateAttacks::hugeFrame, Check.FRAME_IS_BOUNDED),
  TOO_MANY_REFUSALS("in vain", StateAttacks::manyRefusals, Check.JOURNAL_IS_BOUNDED);

  private final String stopped;
  private final Steps steps;
  private final Set<Check> checks;

  /** Prepares the attack; nothing of that is refused. */
  @FunctionalInterface
  interface Steps {
    Attempt prepare(Hostile server) throws Exception;
  }

  Attack(Code code, Steps steps, Check first, Check... more) {
    this(code.label(), steps, first, more);
  }

  Attack(String stopped, Steps steps, Check first, Check... more) {
    this.stopped = stopped;
    this.steps = steps;
    this.checks = EnumSet.of(first, more);
  }

  /** How it ends: the code of keyd's refusal, mostly. */
  String stopped() {
    return stopped;
  }

  Attempt prepare(Hostile server) throws Exception {
    return steps.prepare(server);
  }

  /** Each of them stops it; without all of them it succeeds. */
  Set<Check> checks() {
    return checks;
  }
}
