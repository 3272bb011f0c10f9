package dev.sallyport.release;

import dev.sallyport.audit.Entry;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.risk.Approval;
import dev.sallyport.risk.Attested;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Thresholds;
import dev.sallyport.risk.Withdrawal;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The state of governance, which is what the entries of the log say and nothing else: {@link
 * #apply} is its only mutator (DESIGN invariant 3). Signatures are verified again here, so that a
 * log that was tampered with does not start. Guarded by its owner's lock.
 */
final class Projection {
  /** A document in force with its entry. */
  record InForce<T>(Filed filed, T document) {}

  /** Evidence with its entry. */
  record Held(Filed filed, Attested attested) {}

  private final TrustRoot root;
  private final Map<Digest, Held> evidence = new LinkedHashMap<>();
  private final Map<Digest, Release> releases = new LinkedHashMap<>();
  private final Map<Digest, Digest> releaseOfApproval = new HashMap<>();
  private final Map<String, Digest> models = new LinkedHashMap<>();
  private final Set<Digest> withdrawn = new HashSet<>();
  private final Set<Digest> struck = new HashSet<>();
  private @Nullable InForce<Policy> policy;
  private @Nullable InForce<Thresholds> thresholds;

  Projection(TrustRoot root) {
    this.root = root;
  }

  /** Takes in one entry of the log. Types that do not concern releases are passed over. */
  void apply(long index, Entry entry) throws BadInput {
    switch (entry.type()) {
      case EntryType.INSTALLATION_CREATED -> requireThisRoot(entry);
      case EntryType.MODEL_SEALED ->
          models.put(entry.data().string("model"), entry.data().digest("manifest"));
      case EntryType.POLICY_SET -> setPolicy(filed(index, entry));
      case EntryType.THRESHOLDS_SET -> setThresholds(filed(index, entry));
      case EntryType.EVIDENCE_ADDED -> {
        Filed filed = filed(index, entry);
        evidence.putIfAbsent(filed.id(), new Held(filed, Attested.parse(filed.signed())));
      }
      case EntryType.RELEASE_REQUESTED -> {
        Filed filed = filed(index, entry);
        releases.putIfAbsent(filed.id(), new Release(filed));
      }
      case EntryType.RELEASE_APPROVED -> approve(filed(index, entry));
      case EntryType.WITHDRAWN -> withdraw(filed(index, entry), entry);
      case EntryType.RELEASE_ACTIVATED -> move(State.ACTIVE, index, entry);
      case EntryType.RELEASE_SUSPENDED -> move(State.SUSPENDED, index, entry);
      case EntryType.RELEASE_REVOKED -> move(State.REVOKED, index, entry);
      case EntryType.RELEASE_EXPIRED -> move(State.EXPIRED, index, entry);
      default -> {}
    }
  }

  private void requireThisRoot(Entry entry) throws BadInput {
    Digest found = Envelope.parse(entry.data().object("trustRoot")).id();
    if (!found.equals(root.id())) {
      throw new BadInput(
          "log was created under trust root " + found.brief() + ", not " + root.id().brief());
    }
  }

  private Filed filed(long index, Entry entry) throws BadInput {
    return Filed.verify(root, index, Envelope.parse(entry.data().object("envelope")));
  }

  private void setPolicy(Filed filed) throws BadInput {
    Policy next = Policy.parse(filed.signed());
    requireNewer("policy", policy().map(p -> p.document().version()), next.version());
    policy = new InForce<>(filed, next);
  }

  private void setThresholds(Filed filed) throws BadInput {
    Thresholds next = Thresholds.parse(filed.signed());
    requireNewer("thresholds", thresholds().map(t -> t.document().version()), next.version());
    thresholds = new InForce<>(filed, next);
  }

  static void requireNewer(String what, Optional<Long> inForce, long version) throws BadInput {
    if (inForce.isPresent() && version <= inForce.get()) {
      throw new BadInput(
          what + " version " + version + "; version " + inForce.get() + " is in force");
    }
  }

  private void approve(Filed filed) throws BadInput {
    Approval approval = Approval.parse(filed.signed());
    need(approval.release()).approve(filed);
    releaseOfApproval.put(filed.id(), approval.release());
  }

  private void withdraw(Filed filed, Entry entry) throws BadInput {
    Withdrawal w = Withdrawal.parse(filed.signed());
    withdrawn.add(w.target());
    if (w.strikes()) {
      struck.add(w.target());
    }
    Release release = releases.get(w.target());
    if (release != null && release.state() == State.IN_REVIEW) {
      boolean byRequester = filed.signed().signedBy(Role.SYSTEM_ADMIN);
      State next = byRequester ? State.WITHDRAWN : State.REJECTED;
      release.move(next, filed.index(), entry.time(), w.reason());
    }
  }

  private void move(State next, long index, Entry entry) throws BadInput {
    need(entry.data().digest("release"))
        .move(next, index, entry.time(), entry.data().string("reason"));
  }

  private Release need(Digest id) throws BadInput {
    return release(id)
        .orElseThrow(() -> new BadInput("release " + id.brief() + " is not in the log"));
  }

  TrustRoot root() {
    return root;
  }

  Optional<InForce<Policy>> policy() {
    return Optional.ofNullable(policy);
  }

  Optional<InForce<Thresholds>> thresholds() {
    return Optional.ofNullable(thresholds);
  }

  Optional<Held> evidence(Digest id) {
    return Optional.ofNullable(evidence.get(id));
  }

  /** All evidence but what was struck. */
  List<Attested> standingEvidence() {
    return evidence.values().stream()
        .map(Held::attested)
        .filter(a -> !struck.contains(a.id()))
        .toList();
  }

  Optional<Release> release(Digest id) {
    return Optional.ofNullable(releases.get(id));
  }

  Optional<Release> releaseOfApproval(Digest approval) {
    return Optional.ofNullable(releaseOfApproval.get(approval)).flatMap(this::release);
  }

  Collection<Release> releases() {
    return List.copyOf(releases.values());
  }

  /** The manifest of the last sealed version of a model. */
  Optional<Digest> manifest(String model) {
    return Optional.ofNullable(models.get(model));
  }

  Set<Digest> withdrawn() {
    return Set.copyOf(withdrawn);
  }
}
