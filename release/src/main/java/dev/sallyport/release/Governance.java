package dev.sallyport.release;

import dev.sallyport.audit.AuditFailure;
import dev.sallyport.audit.Entry;
import dev.sallyport.audit.Receipt;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Signed;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.Enacted;
import dev.sallyport.risk.EntryType;
import dev.sallyport.risk.History;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Release;
import dev.sallyport.risk.ReleaseRequest;
import dev.sallyport.risk.Settled;
import dev.sallyport.risk.Standing;
import dev.sallyport.risk.Thresholds;
import dev.sallyport.risk.Waiver;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The release workflow of one installation, as the log tells it. Any thread may call it; one lock
 * guards all.
 *
 * <p>INVARIANT: no entry, no effect (DESIGN invariant 3). What is submitted is checked without
 * changing anything, appended, and takes effect by the very entry that the log returned; there is
 * no other way in. On start, {@link #replay} every entry, then {@link #sweep}.
 */
public final class Governance {
  private final InstantSource clock;
  private final Ledger ledger;
  private final History log;
  private final Settled settled;
  private final RefusedSubmissions refusals = new RefusedSubmissions();
  private final Waits waits = new Waits();

  /**
   * Starts empty.
   *
   * @param ledger {@code AuditLog::append} of the log that is replayed
   */
  public Governance(TrustRoot root, InstantSource clock, Ledger ledger) {
    this.clock = clock;
    this.ledger = ledger;
    this.log = new History(root);
    this.settled = new Settled(log);
  }

  /**
   * Takes in an entry that is in the log: each one on start, and later those that others appended,
   * such as {@code model.sealed}.
   *
   * @throws BadInput if the entry cannot have been written by an honest server
   */
  public synchronized void replay(long index, Entry entry) throws BadInput {
    try {
      log.apply(entry.time(), entry.type(), entry.data());
      refusals.apply(entry, log.root());
      waits.apply(entry);
    } catch (BadInput e) {
      throw new BadInput("entry " + index + " (" + entry.type() + "): " + e.getMessage(), e);
    }
  }

  /**
   * Verifies and checks a policy, thresholds, evidence, request, approval or withdrawal; appends
   * it, and what follows from it.
   *
   * @throws BadInput if it is malformed, or not signed by whom it must be signed
   * @throws AuditFailure if the log cannot be written; then nothing is changed beyond what the log
   *     already holds
   */
  public synchronized Outcome submit(Envelope envelope) throws BadInput, AuditFailure {
    Signed signed = log.root().verify(envelope);
    Instant now = clock.instant();
    Admission.Ruling ruling = new Admission(log, now).rule(signed);
    if (ruling.known()) {
      return new Outcome.Known(signed.id());
    }
    if (!ruling.against().isEmpty()) {
      refuse(new Submission(envelope, signed, now), ruling);
      return new Outcome.Refused(ruling.against());
    }
    List<Receipt> receipts = new ArrayList<>();
    receipts.add(append(ruling.type(), Submission.data(envelope, now, ruling)));
    receipts.addAll(sweep());
    return new Outcome.Accepted(signed.id(), receipts);
  }

  private record Submission(Envelope envelope, Signed signed, Instant now) {
    /** An entry: the statement, and the decision that it met. */
    static Json.Obj data(Envelope envelope, Instant now, Admission.Ruling ruling) {
      Json.Builder data = Json.obj().put("envelope", envelope.toJson());
      ruling
          .decision()
          .ifPresent(verdict ->
              data.put("at", now).put("verdict", Digest.of(verdict.toJson().canonical())));
      return data.build();
    }
  }

  /** A refusal is a decision, too, and is in the log before anybody hears of it. */
  private void refuse(Submission s, Admission.Ruling ruling) throws AuditFailure {
    if (refusals.mayEnter(s.signed(), s.envelope(), s.now())) {
      append(EntryType.SUBMISSION_REFUSED, Submission.data(s.envelope(), s.now(), ruling));
    }
  }

  /**
   * Appends and applies every transition that is due: activation, suspension, revocation, expiry.
   * Call it after start and every few seconds. The caller acts on the receipts: a suspended,
   * revoked or expired release has its runtime stopped and keyd told.
   */
  public synchronized List<Receipt> sweep() throws AuditFailure {
    List<Receipt> receipts = new ArrayList<>();
    Optional<Json.Obj> unwritten = refusals.due(clock.instant());
    if (unwritten.isPresent()) {
      receipts.add(append(EntryType.SUBMISSION_REFUSED, unwritten.get()));
    }
    Optional<Standing> standing = Standing.at(log, Standing.Since.ENTRY, clock.instant());
    if (standing.isEmpty()) {
      return receipts;
    }
    for (Release release : List.copyOf(log.releases())) {
      Optional<Transition> due = due(release, standing.get());
      if (due.isPresent()) {
        receipts.add(append(due.get().type(), due.get().data()));
      }
    }
    return receipts;
  }

  private Optional<Transition> due(Release release, Standing standing) {
    if (release.state().isFinal() || settled.stands(release, standing.now())) {
      return Optional.empty();
    }
    Optional<Transition> due =
        Transition.due(release, standing, log).or(() -> waits.due(release, standing));
    if (due.isEmpty() && release.state().isInForce()) {
      settled.keep(release, standing.judge(release));
    }
    return due;
  }

  private Receipt append(String type, Json.Obj data) throws AuditFailure {
    Receipt receipt = ledger.append(type, data);
    try {
      replay(receipt.index(), receipt.entry());
    } catch (BadInput e) {
      throw new IllegalStateException("internal error: admitted entry does not apply", e);
    }
    return receipt;
  }

  /**
   * Drafts the request that the evidence in the log carries, with its zones.
   *
   * @param model name of a sealed model
   * @throws BadInput if the model is not sealed, or policy or thresholds are not in force
   */
  public synchronized ProposedRequest propose(String model, Audience audience, Instant expires)
      throws BadInput {
    return propose(model, audience, Optional.empty(), expires);
  }

  /**
   * Drafts the request that takes up where a release was suspended or stopped, for its model and
   * audience.
   *
   * @throws BadInput if it is not in the log, or its model has a newer version
   */
  public synchronized ProposedRequest resume(Digest release, Instant expires) throws BadInput {
    ReleaseRequest was =
        log.release(release)
            .map(Release::request)
            .orElseThrow(() -> new BadInput("release " + release.brief() + " is not in the log"));
    return propose(was.model(), was.audience(), Optional.of(release), expires);
  }

  private ProposedRequest propose(
      String model, Audience audience, Optional<Digest> resumes, Instant expires) throws BadInput {
    Digest manifest =
        log.manifest(model)
            .orElseThrow(() -> new BadInput("model " + Json.clip(model) + " is not sealed"));
    Standing standing =
        Standing.at(log, Standing.Since.ENTRY, clock.instant())
            .orElseThrow(() -> new BadInput("policy and thresholds are not in force yet"));
    return new Proposal(standing, log).draft(model, manifest, audience, resumes, expires);
  }

  /** One release. */
  public synchronized Optional<ReleaseView> show(Digest release) {
    return log.release(release).map(this::view);
  }

  /** All releases, in the order of their requests, judged anew. */
  public synchronized List<ReleaseView> releases() {
    Viewer viewer = new Viewer(log, clock.instant());
    return log.releases().stream().map(viewer::view).toList();
  }

  /** All releases as the last entry about each left them; nothing is judged. */
  public synchronized List<ReleaseLine> list() {
    return log.releases().stream().map(ReleaseLine::of).toList();
  }

  /** The widest release of a model that is in force and that the gate allows now. */
  public synchronized Optional<ReleaseView> inForce(String model) {
    Viewer viewer = new Viewer(log, clock.instant());
    return log.releases().stream()
        .filter(r -> r.state().isInForce() && r.request().model().equals(model))
        .map(viewer::view)
        .filter(v -> v.notAfter().isPresent())
        .max(
            Comparator.comparing(ReleaseView::audience)
                .thenComparing(v -> v.notAfter().orElse(Instant.MIN)));
  }

  /** The policy in force. */
  public synchronized Optional<Policy> policy() {
    return log.policy().map(Enacted::document);
  }

  /** The thresholds in force. */
  public synchronized Optional<Thresholds> thresholds() {
    return log.thresholds().map(Enacted::document);
  }

  /** Until when the newest evidence of a kind about a control speaks; empty if none ever did. */
  public synchronized Optional<Instant> lasts(String control, String kind) {
    return Standing.at(log, Standing.Since.ENTRY, clock.instant())
        .flatMap(standing -> standing.lasts(control, kind));
  }

  /** What becomes of the releases in force if nobody does anything until then, in order. */
  public synchronized List<Lapse> plan(Instant until) {
    return new Plan(log, clock.instant()).until(until);
  }

  /** All waivers, with whether each is in force. */
  public synchronized List<Json.Obj> waivers() {
    Instant now = clock.instant();
    return log.waivers().stream().map(w -> waiver(w, now)).toList();
  }

  private Json.Obj waiver(Waiver w, Instant now) {
    String lapsed = now.isBefore(w.expires()) ? "in force" : "lapsed";
    return Json.obj()
        .put("id", w.id())
        .put("model", w.model())
        .put("manifest", w.manifest())
        .put("control", w.control())
        .put("zone", w.zone().name())
        .put("audience", w.audience().name())
        .put("requestedBy", w.requestedBy())
        .put("reason", w.reason())
        .put("from", w.from())
        .put("expires", w.expires())
        .put("state", log.isWithdrawn(w.id()) ? "withdrawn" : lapsed)
        .build();
  }

  private ReleaseView view(Release release) {
    return new Viewer(log, clock.instant()).view(release);
  }
}
