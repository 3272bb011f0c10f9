package dev.sallyport.server;

import dev.sallyport.audit.Entry;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.ModelScan;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.Signed;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.risk.EntryType;
import dev.sallyport.risk.Withdrawal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the log says beside governance: sealed models, principals, which models shall run, the
 * envelopes to show again, the nonces of commands. {@link #apply} is its only mutator. Guarded by
 * its owner's lock.
 */
final class Registry {
  static final String PRINCIPAL_ADDED = "principal.added";
  static final String PRINCIPAL_REMOVED = "principal.removed";

  /** A signed {@code model.run} or {@code model.stop}, before it is carried out. */
  static final String MODEL_COMMANDED = "model.commanded";

  /** The inference servers beside the embedded one that may hold weights. */
  static final String COMMANDS_SET = "commands.set";

  /** An order about a root key of keyd. */
  static final String ROOT_KEY_ORDERED = "root-key.ordered";

  /**
   * A sealed version of a model.
   *
   * @param scan what was found before it was sealed; absent if nobody looked
   */
  record Model(String name, long version, Digest manifest, long bytes, Optional<ModelScan> scan) {}

  /** A signed statement and the entry that holds it. */
  record Kept(long index, Instant time, Envelope envelope, Signed signed) {}

  /** What the log says last of one of the installation's own checks. */
  record CheckState(boolean failed, Instant since, String reason) {}

  private final TrustRoot root;
  private final Map<String, CheckState> checks = new HashMap<>();
  private final Map<String, Model> models = new LinkedHashMap<>();
  private final Map<String, Map<Long, Model>> versions = new HashMap<>();
  private final Principals principals = new Principals();
  private final Map<String, Json.Obj> wanted = new LinkedHashMap<>();
  private final Map<Digest, Kept> requests = new HashMap<>();
  private final Map<Digest, Kept> evidence = new LinkedHashMap<>();
  private final List<Kept> withdrawals = new ArrayList<>();
  private final Set<Digest> withdrawn = new TreeSet<>();
  private final Map<String, Instant> nonces = new HashMap<>();
  private final List<Kept> documents = new ArrayList<>();
  private Optional<Kept> commands = Optional.empty();
  private Optional<Kept> policy = Optional.empty();
  private Optional<Kept> thresholds = Optional.empty();

  Registry(TrustRoot root) {
    this.root = root;
  }

  /** Takes in one entry of the log; types that concern others are passed over. */
  void apply(long index, Entry entry) throws BadInput {
    Json.Obj data = entry.data();
    switch (entry.type()) {
      case "model.sealed" -> seal(data);
      case PRINCIPAL_ADDED ->
          principals.add(Principals.Holder.read(command(index, entry).arguments()));
      case PRINCIPAL_REMOVED -> principals.remove(command(index, entry).arguments().string("name"));
      case MODEL_COMMANDED -> want(command(index, entry));
      case COMMANDS_SET -> commands = Optional.of(kept(index, entry));
      case "policy.set" -> policy = Optional.of(document(index, entry));
      case "thresholds.set" -> thresholds = Optional.of(document(index, entry));
      case "release.requested" -> keep(requests, index, entry);
      case "evidence.added" -> keep(evidence, index, entry);
      case "withdrawn" -> withdraw(kept(index, entry));
      case EntryType.CHECK_FAILED -> check(true, entry);
      case EntryType.CHECK_PASSED -> check(false, entry);
      default -> {
        // Governance, the gateway's ledger or nobody needs it.
      }
    }
  }

  private void check(boolean failed, Entry entry) throws BadInput {
    checks.put(
        entry.data().string("check"),
        new CheckState(failed, entry.time(), entry.data().string("reason")));
  }

  /** The last result of one of the own checks, if it was ever made. */
  Optional<CheckState> check(String id) {
    return Optional.ofNullable(checks.get(id));
  }

  /** The last version of a model that was sealed with this manifest. */
  Optional<Model> sealed(String model, Digest manifest) {
    return versions.getOrDefault(model, Map.of()).values().stream()
        .filter(m -> m.manifest().equals(manifest))
        .max(Comparator.comparingLong(Model::version));
  }

  private void seal(Json.Obj data) throws BadInput {
    Model model =
        new Model(
            data.string("model"),
            data.integer("version"),
            data.digest("manifest"),
            data.integer("bytes"),
            data.find("scan").isPresent()
                ? Optional.of(ModelScan.read(data.object("scan")))
                : Optional.empty());
    models.put(model.name(), model);
    versions.computeIfAbsent(model.name(), name -> new HashMap<>()).put(model.version(), model);
  }

  private Kept kept(long index, Entry entry) throws BadInput {
    Envelope envelope = Envelope.parse(entry.data().object("envelope"));
    return new Kept(index, entry.time(), envelope, root.verify(envelope));
  }

  private Kept document(long index, Entry entry) throws BadInput {
    Kept kept = kept(index, entry);
    documents.add(kept);
    return kept;
  }

  private void keep(Map<Digest, Kept> into, long index, Entry entry) throws BadInput {
    Kept kept = kept(index, entry);
    into.putIfAbsent(kept.signed().id(), kept);
  }

  private void withdraw(Kept kept) throws BadInput {
    withdrawals.add(kept);
    withdrawn.add(Withdrawal.parse(kept.signed()).target());
  }

  private Command command(long index, Entry entry) throws BadInput {
    Command command = Command.parse(kept(index, entry).signed(), root);
    nonces.put(command.nonce(), command.at());
    return command;
  }

  private void want(Command command) throws BadInput {
    String model = command.arguments().string("model");
    if (command.name().equals("model.run")) {
      wanted.put(model, command.arguments());
    } else {
      wanted.remove(model);
    }
  }

  /** Whether a command with this nonce was carried out. */
  boolean seen(String nonce) {
    return nonces.containsKey(nonce);
  }

  /** Forgets nonces of commands that are refused for their age anyway. */
  void forgetNoncesBefore(Instant time) {
    nonces.values().removeIf(at -> at.isBefore(time));
  }

  Optional<Model> model(String name) {
    return Optional.ofNullable(models.get(name));
  }

  /** A version that was sealed at some time. */
  Optional<Model> model(String name, long version) {
    return Optional.ofNullable(versions.getOrDefault(name, Map.of()).get(version));
  }

  Collection<Model> models() {
    return List.copyOf(models.values());
  }

  Principals principals() {
    return principals;
  }

  /** The last arguments of {@code model.run} of each model that nobody stopped. */
  Map<String, Json.Obj> wanted() {
    return Map.copyOf(wanted);
  }

  Optional<Kept> request(Digest release) {
    return Optional.ofNullable(requests.get(release));
  }

  List<Kept> evidence() {
    return List.copyOf(evidence.values());
  }

  List<Kept> withdrawals() {
    return List.copyOf(withdrawals);
  }

  boolean isWithdrawn(Digest id) {
    return withdrawn.contains(id);
  }

  Optional<Kept> commands() {
    return commands;
  }

  /** The policy in force, as signed. */
  Optional<Kept> policy() {
    return policy;
  }

  /** Every policy and thresholds that ever came into force, in order. */
  List<Kept> documents() {
    return List.copyOf(documents);
  }

  /** The thresholds in force, as signed. */
  Optional<Kept> thresholds() {
    return thresholds;
  }

  /** Fails unless two security administrators signed this newer list of commands. */
  void requireFitCommands(Signed signed) throws BadInput {
    requireTwoSecurityAdmins(signed);
    long version = signed.statement().predicate().integer("version");
    if (commands.isPresent()) {
      long last = commands.get().signed().statement().predicate().integer("version");
      if (version <= last) {
        throw new BadInput("version " + version + " is not above " + last);
      }
    }
  }

  static void requireTwoSecurityAdmins(Signed signed) throws BadInput {
    long admins =
        signed.signers().stream().filter(p -> p.role() == Role.SECURITY_ADMIN).distinct().count();
    if (admins < 2) {
      throw new BadInput("signed by " + admins + " security administrators; 2 are needed");
    }
  }
}
