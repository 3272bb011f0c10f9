package dev.sallyport.risk;

/** The entry types that govern releases (spec/audit-log.md §2). */
public final class EntryType {
  public static final String INSTALLATION_CREATED = "installation.created";
  public static final String POLICY_SET = "policy.set";
  public static final String THRESHOLDS_SET = "thresholds.set";
  public static final String MODEL_SEALED = "model.sealed";
  public static final String EVIDENCE_ADDED = "evidence.added";
  public static final String WAIVER_ADDED = "waiver.added";
  public static final String CHECK_PASSED = "check.passed";
  public static final String CHECK_FAILED = "check.failed";
  public static final String RELEASE_REQUESTED = "release.requested";
  public static final String RELEASE_APPROVED = "release.approved";
  public static final String WITHDRAWN = "withdrawn";
  public static final String RELEASE_ACTIVATED = "release.activated";
  public static final String RELEASE_PROMOTED = "release.promoted";
  public static final String RELEASE_SUSPENDED = "release.suspended";
  public static final String RELEASE_REVOKED = "release.revoked";
  public static final String RELEASE_EXPIRED = "release.expired";

  /** What a release under review waits for has changed; it governs nothing. */
  public static final String RELEASE_HELD = "release.held";

  /** A statement was verified, judged and not taken in; it governs nothing. */
  public static final String SUBMISSION_REFUSED = "submission.refused";

  private EntryType() {}
}
