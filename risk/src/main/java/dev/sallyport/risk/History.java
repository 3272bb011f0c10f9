package dev.sallyport.risk;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.Signed;
import dev.sallyport.keys.TrustRoot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The state of governance, which is what the entries of the log say and nothing else: {@link
 * #apply} is its only mutator (DESIGN invariant 3). Server and keyd each keep one of their own.
 * Signatures are verified here, so a log that no honest server can have written is found out.
 * Guarded by its owner's lock.
 */
public final class History {
  private final TrustRoot root;
  private final Map<Digest, Attested> evidence = new LinkedHashMap<>();
  private final Map<Digest, List<Attested>> evidenceBySubject = new HashMap<>();
  private final Map<Digest, Waiver> waivers = new LinkedHashMap<>();
  private final Map<Digest, Release> releases = new LinkedHashMap<>();
  private final Map<Digest, List<Release>> releasesByModel = new HashMap<>();
  private final Map<Digest, Approval> approvals = new HashMap<>();
  private final Map<String, Digest> models = new LinkedHashMap<>();
  private final Map<Digest, Map<String, String>> failing = new HashMap<>();
  private final Set<Digest> withdrawn = new HashSet<>();
  private final Set<Digest> struck = new HashSet<>();
  private final Map<Digest, Long> changesByModel = new HashMap<>();
  private long changes;
  private long common;
  private @Nullable Enacted<Policy> policy;
  private @Nullable Enacted<Thresholds> thresholds;

  public History(TrustRoot root) {
    this.root = root;
  }

  /**
   * Takes in one entry of the log. Types that do not concern releases are passed over.
   *
   * @param time of the entry
   * @throws BadInput if an honest server cannot have written it
   */
  public void apply(Instant time, String type, Json.Obj data) throws BadInput {
    switch (type) {
      case EntryType.INSTALLATION_CREATED -> requireThisRoot(data);
      case EntryType.MODEL_SEALED -> models.put(data.string("model"), data.digest("manifest"));
      case EntryType.POLICY_SET -> {
        policy = successor(Policy.enacted(signed(data)));
        common++;
      }
      case EntryType.THRESHOLDS_SET -> {
        thresholds = succeeding(Thresholds.enacted(signed(data)));
        common++;
      }
      case EntryType.EVIDENCE_ADDED -> add(Attested.parse(signed(data)));
      case EntryType.WAIVER_ADDED -> {
        Waiver waiver = admissible(Waiver.parse(signed(data)));
        waivers.putIfAbsent(waiver.id(), waiver);
        changed(waiver.manifest());
      }
      case EntryType.CHECK_FAILED -> checks(data).put(data.string("check"), data.string("control"));
      case EntryType.CHECK_PASSED -> checks(data).remove(data.string("check"));
      case EntryType.RELEASE_REQUESTED -> add(new Release(Requested.parse(signed(data))));
      case EntryType.RELEASE_APPROVED -> approve(Approval.parse(signed(data)));
      case EntryType.WITHDRAWN -> withdraw(signed(data), time);
      case EntryType.RELEASE_ACTIVATED -> move(State.ACTIVE, time, data);
      case EntryType.RELEASE_PROMOTED -> move(State.PROMOTED, time, data);
      case EntryType.RELEASE_SUSPENDED -> move(State.SUSPENDED, time, data);
      case EntryType.RELEASE_REVOKED -> move(State.REVOKED, time, data);
      case EntryType.RELEASE_EXPIRED -> move(State.EXPIRED, time, data);
      default -> {
        return;
      }
    }
    changes++;
  }

  /** How many entries that concern releases were taken in. */
  public long changes() {
    return changes;
  }

  /** How many of them may concern releases of this model. */
  public long changes(Digest manifest) {
    return common + changesByModel.getOrDefault(manifest, 0L);
  }

  /** Something about a model, or about the installation and so about all. */
  private void changed(Digest subject) {
    if (subject.equals(root.id())) {
      common++;
    } else {
      changesByModel.merge(subject, 1L, Long::sum);
    }
  }

  private void requireThisRoot(Json.Obj data) throws BadInput {
    Digest found = Envelope.parse(data.object("trustRoot")).id();
    if (!found.equals(root.id())) {
      throw new BadInput(
          "log was created under trust root " + found.brief() + ", not " + root.id().brief());
    }
  }

  private Signed signed(Json.Obj data) throws BadInput {
    return root.verify(Envelope.parse(data.object("envelope")));
  }

  /** Fails unless this policy may take the place of the one in force. */
  public Enacted<Policy> successor(Enacted<Policy> next) throws BadInput {
    if (policy != null) {
      Policy was = policy.document();
      Policy is = next.document();
      Documents.requireSuccession(
          "policy",
          was.version(),
          is.version(),
          Loosening.of(was, is),
          is.proposedBy(),
          next.signed());
    }
    requireProposer(next.document().proposedBy());
    return next;
  }

  private void requireProposer(String name) throws BadInput {
    if (!name.isEmpty()) {
      requirePerson(name);
    }
  }

  /** Fails unless these thresholds may take the place of those in force. */
  public Enacted<Thresholds> succeeding(Enacted<Thresholds> next) throws BadInput {
    if (thresholds != null) {
      Thresholds was = thresholds.document();
      Thresholds is = next.document();
      Documents.requireSuccession(
          "thresholds",
          was.version(),
          is.version(),
          Loosening.of(was, is),
          is.proposedBy(),
          next.signed());
    }
    requireProposer(next.document().proposedBy());
    return next;
  }

  /** Fails unless who wants the waiver is somebody of the trust root. */
  public Waiver admissible(Waiver waiver) throws BadInput {
    requirePerson(waiver.requestedBy());
    return waiver;
  }

  private void requirePerson(String name) throws BadInput {
    if (root.person(name).isEmpty()) {
      throw new BadInput(Json.clip(name) + ", who wants it, is nobody in the trust root");
    }
  }

  private void add(Attested attested) {
    if (evidence.putIfAbsent(attested.id(), attested) == null) {
      Digest subject = attested.subject();
      evidenceBySubject.computeIfAbsent(subject, s -> new ArrayList<>()).add(attested);
      changed(subject);
    }
  }

  private void add(Release release) {
    if (releases.putIfAbsent(release.id(), release) == null) {
      releasesByModel
          .computeIfAbsent(release.request().manifest(), m -> new ArrayList<>())
          .add(release);
    }
  }

  private Map<String, String> checks(Json.Obj data) throws BadInput {
    Digest about = data.digest("about");
    changed(about);
    return failing.computeIfAbsent(about, a -> new TreeMap<>());
  }

  private void approve(Approval approval) throws BadInput {
    Release release = need(approval.release());
    if (approvals.putIfAbsent(approval.id(), approval) == null) {
      release.approve(approval);
      changed(release.request().manifest());
    }
  }

  private void withdraw(Signed signed, Instant time) throws BadInput {
    Withdrawal w = Withdrawal.parse(signed);
    requireAllowed(w);
    withdrawn.add(w.target());
    subject(w).ifPresent(this::changed);
    if (w.strikes()) {
      struck.add(w.target());
    }
    Release release = releases.get(w.target());
    if (release != null && release.state() == State.IN_REVIEW) {
      boolean byRequester = signed.signedBy(Role.SYSTEM_ADMIN);
      release.move(byRequester ? State.WITHDRAWN : State.REJECTED, time, w.reason());
    }
  }

  /** Fails unless what is withdrawn is in the log, and is its signer's to withdraw. */
  public void requireAllowed(Withdrawal w) throws BadInput {
    Optional<List<Person>> authors = authors(w);
    String place = w.kind().label() + " " + w.target().brief();
    if (authors.isEmpty()) {
      throw new BadInput(place + " is not in the log");
    }
    if (!w.isAllowedFor(authors.get())) {
      throw new BadInput(place + " is not the signer's to withdraw");
    }
  }

  private Optional<List<Person>> authors(Withdrawal w) {
    Digest target = w.target();
    return switch (w.kind()) {
      case EVIDENCE -> evidence(target).map(Attested::assessors);
      case WAIVER -> waiver(target).map(Waiver::signers);
      case RELEASE -> release(target).map(r -> List.of(r.requested().requester()));
      case APPROVAL -> approval(target).map(a -> List.of(a.approver()));
      // Not in the log before it is used: who may withdraw it is a matter of roles alone.
      case UNSEAL -> Optional.of(List.of());
    };
  }

  /** Which model, or the installation, a withdrawal is about. */
  private Optional<Digest> subject(Withdrawal w) {
    Digest target = w.target();
    return switch (w.kind()) {
      case EVIDENCE -> evidence(target).map(Attested::subject);
      case WAIVER -> waiver(target).map(Waiver::manifest);
      case RELEASE -> release(target).map(r -> r.request().manifest());
      case APPROVAL ->
          approval(target).flatMap(a -> release(a.release())).map(r -> r.request().manifest());
      case UNSEAL -> Optional.empty();
    };
  }

  private void move(State next, Instant time, Json.Obj data) throws BadInput {
    Release release = need(data.digest("release"));
    release.move(next, time, data.string("reason"));
    changed(release.request().manifest());
  }

  private Release need(Digest id) throws BadInput {
    return release(id)
        .orElseThrow(() -> new BadInput("release " + id.brief() + " is not in the log"));
  }

  public TrustRoot root() {
    return root;
  }

  public Optional<Enacted<Policy>> policy() {
    return Optional.ofNullable(policy);
  }

  public Optional<Enacted<Thresholds>> thresholds() {
    return Optional.ofNullable(thresholds);
  }

  public Optional<Attested> evidence(Digest id) {
    return Optional.ofNullable(evidence.get(id));
  }

  public Optional<Waiver> waiver(Digest id) {
    return Optional.ofNullable(waivers.get(id));
  }

  /** All waivers, lapsed and withdrawn ones too. */
  public Collection<Waiver> waivers() {
    return Collections.unmodifiableCollection(waivers.values());
  }

  /** All waivers for a model, lapsed and withdrawn ones too. */
  public List<Waiver> waivers(Digest manifest) {
    return waivers.values().stream().filter(w -> w.manifest().equals(manifest)).toList();
  }

  public Optional<Approval> approval(Digest id) {
    return Optional.ofNullable(approvals.get(id));
  }

  public Optional<Release> release(Digest id) {
    return Optional.ofNullable(releases.get(id));
  }

  /** All releases, in the order of their requests. */
  public Collection<Release> releases() {
    return Collections.unmodifiableCollection(releases.values());
  }

  /** All releases of a model, in the order of their requests. */
  public List<Release> releases(Digest manifest) {
    return Collections.unmodifiableList(releasesByModel.getOrDefault(manifest, List.of()));
  }

  /** The manifest of the last sealed version of a model. */
  public Optional<Digest> manifest(String model) {
    return Optional.ofNullable(models.get(model));
  }

  /** Whether this was taken back. */
  public boolean isWithdrawn(Digest id) {
    return withdrawn.contains(id);
  }

  /** The evidence about a model, or about the installation's controls, but what was struck. */
  public List<Attested> evidenceAbout(Digest manifest) {
    List<Attested> about = new ArrayList<>();
    for (Digest subject : List.of(manifest, root.id())) {
      for (Attested a : evidenceBySubject.getOrDefault(subject, List.of())) {
        if (!struck.contains(a.id()) && a.concerns(manifest, root.id())) {
          about.add(a);
        }
      }
    }
    return about;
  }

  /** All evidence about a control, of whatever subject, but what was struck. */
  List<Attested> evidenceOf(String control) {
    return evidence.values().stream()
        .filter(a -> !struck.contains(a.id()))
        .filter(a -> a.evidence() instanceof ControlEvidence c && c.control().equals(control))
        .toList();
  }

  /** Controls that a check finds broken now, for this model or for the installation. */
  public Set<String> failing(Digest manifest) {
    Set<String> controls = new TreeSet<>(failing.getOrDefault(manifest, Map.of()).values());
    controls.addAll(failing.getOrDefault(root.id(), Map.of()).values());
    return controls;
  }

  /** Those of these ids that were taken back. */
  Set<Digest> withdrawn(Collection<Digest> ids) {
    Set<Digest> found = new HashSet<>(ids);
    found.retainAll(withdrawn);
    return found;
  }
}
