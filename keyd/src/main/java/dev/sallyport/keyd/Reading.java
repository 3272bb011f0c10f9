package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Lease;
import dev.sallyport.risk.Approval;
import dev.sallyport.risk.History;
import dev.sallyport.risk.Reason;
import dev.sallyport.risk.Release;
import dev.sallyport.risk.Settled;
import dev.sallyport.risk.Standing;
import dev.sallyport.risk.Verdict;
import dev.sallyport.risk.Withdrawal;
import dev.sallyport.tlog.Frontier;
import dev.sallyport.tlog.Merkle;
import dev.sallyport.tlog.TreeHead;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What keyd itself read in the log. Before it cosigns a checkpoint it takes in every entry since
 * the last one and hashes them on to the tree that it knows, so the server can neither leave out a
 * withdrawal nor show keyd another log than the one that is witnessed (spec/key-release.md §6). It
 * believes no decision of the server's: a release counts as in force only from when keyd's own
 * judgement allowed it, and never again after that judgement said no.
 *
 * <p>Thread-safe. What governs is kept in the {@link Excerpt}, all else only hashed.
 */
final class Reading implements AutoCloseable, Standing.Since {
  /** Intents that are remembered: many more than requests that can be fresh. */
  private static final int MAX_INTENTS = 20_000;

  private static final Duration INTENT_LIFE = Duration.ofMinutes(5);
  private static final String COMMANDS_SET = "commands.set";
  private static final String LEASE_INTENDED = "lease.intended";

  private final Pins pins;
  private final Excerpt excerpt;
  private final Map<Digest, Instant> intents = new LinkedHashMap<>();
  private final Map<Digest, Instant> since = new HashMap<>();
  private final Map<Digest, String> fallen = new HashMap<>();
  private History log;
  private Settled settled;
  private AllowedCommands commands = AllowedCommands.NONE;
  private @Nullable Place place;

  /** Up to where all of it is durable; absent while more is being read. */
  private record Place(TreeHead head, Excerpt.Mark mark) {
    static Place of(Memory memory) {
      return new Place(memory.head(), memory.excerpt());
    }
  }

  private Reading(Pins pins, Excerpt excerpt) {
    this.pins = pins;
    this.excerpt = excerpt;
    this.log = new History(pins.root());
    this.settled = new Settled(log);
  }

  /** Reads back what was kept up to the memory's mark; the caller closes it. */
  static Reading open(Pins pins, Excerpt excerpt, Memory memory) throws IOException, BadInput {
    Reading reading = new Reading(pins, excerpt);
    reading.reset(memory);
    return reading;
  }

  /**
   * Forgets what is not in the memory. INVARIANT: nothing rests on what was read but not stored; so
   * whoever asks under the store's lock calls this first.
   */
  synchronized void restore(Memory memory) throws Refusal {
    if (!Place.of(memory).equals(place)) {
      try {
        reset(memory);
      } catch (IOException | BadInput e) {
        throw Code.STORE.because(e);
      }
    }
  }

  private void reset(Memory memory) throws IOException, BadInput {
    place = null;
    intents.clear();
    log = new History(pins.root());
    settled = new Settled(log);
    commands = AllowedCommands.NONE;
    since.clear();
    fallen.clear();
    excerpt.replay(memory.excerpt(), this::again);
    place = Place.of(memory);
  }

  private void again(Json.Obj line) throws BadInput {
    switch (line.string("kind")) {
      case "entry" -> {
        boolean governs = take(Leaf.parse(line.base64("leaf")), line.instant("at"));
        if (!governs) {
          throw new BadInput("state/excerpt holds an entry that does not govern");
        }
      }
      case "since" -> since.put(line.digest("release"), line.instant("at"));
      case "fallen" -> fallen.put(line.digest("release"), line.string("why"));
      default -> throw new BadInput("state/excerpt holds a line of an unknown kind");
    }
  }

  /**
   * Takes in the entries between the memory's head and the next; nothing of them stays if one is
   * refused. If the answer cannot be stored, {@link #restore} takes them back.
   *
   * @return the memory to be stored before anything rests on it
   */
  synchronized Memory follow(Memory memory, List<byte[]> leaves, TreeHead next, Instant now)
      throws Refusal {
    restore(memory);
    Frontier frontier =
        Code.STORE.check(() -> new Frontier(memory.head().size(), memory.frontier()));
    leaves.forEach(leaf -> frontier.add(Merkle.leafHash(leaf)));
    // INVARIANT: what keyd read is what it cosigns, entry for entry.
    Code.PROOF.require(
        frontier.size() == next.size() && frontier.root().equals(next.root()),
        leaves.size() + " entries after " + memory.head().size() + " do not make the checkpoint");
    place = null;
    try {
      Excerpt.Mark mark = keep(memory, read(memory, leaves, now));
      Memory after = memory.cosigning(next, frontier.subtrees(), mark, now);
      place = Place.of(after);
      return after;
    } catch (Refusal refused) {
      restore(memory);
      throw refused;
    }
  }

  /** Takes in all, and answers what is to be kept of it. */
  private List<Json.Obj> read(Memory memory, List<byte[]> leaves, Instant now) throws Refusal {
    List<Json.Obj> kept = new ArrayList<>();
    // INVARIANT: a no is never skipped, whether time alone or an entry between two others says it.
    judge(memory, now, kept);
    long index = memory.head().size();
    for (byte[] leaf : leaves) {
      if (take(index++, leaf, now, kept)) {
        judge(memory, now, kept);
      }
    }
    return kept;
  }

  private Excerpt.Mark keep(Memory memory, List<Json.Obj> kept) throws Refusal {
    try {
      return excerpt.append(memory.excerpt(), kept);
    } catch (IOException e) {
      Refusal refusal = Code.STORE.because("keyd cannot store what it read");
      refusal.initCause(e);
      throw refusal;
    }
  }

  /** INVARIANT: a log that no honest server can have written is never cosigned any further. */
  private boolean take(long index, byte[] bytes, Instant now, List<Json.Obj> kept) throws Refusal {
    try {
      boolean governs = take(Leaf.parse(bytes), now);
      if (governs) {
        kept.add(Json.obj().put("kind", "entry").put("at", now).put("leaf", bytes).build());
      }
      return governs;
    } catch (BadInput e) {
      Refusal refusal = Code.LOG.because("entry " + index + ": " + e.getMessage());
      refusal.initCause(e);
      throw refusal;
    }
  }

  /** Whether the entry governs, so that it must be kept. */
  private boolean take(Leaf leaf, Instant now) throws BadInput {
    return switch (leaf.type()) {
      case LEASE_INTENDED -> intend(Envelope.parse(leaf.data().object("request")).id(), now);
      case COMMANDS_SET -> allow(Envelope.parse(leaf.data().object("envelope")));
      default -> {
        long before = log.changes();
        // The time is keyd's own: that of the entry is the server's word.
        log.apply(now, leaf.type(), leaf.data());
        yield log.changes() != before;
      }
    };
  }

  private boolean allow(Envelope list) throws BadInput {
    AllowedCommands next = AllowedCommands.parse(pins.root().verify(list));
    if (next.version() <= commands.version()) {
      throw new BadInput(
          "commands version " + next.version() + "; version " + commands.version() + " is set");
    }
    commands = next;
    return true;
  }

  private boolean intend(Digest request, Instant now) {
    intents.values().removeIf(at -> at.isBefore(now.minus(INTENT_LIFE)));
    if (intents.size() == MAX_INTENTS) {
      intents.remove(intents.keySet().iterator().next());
    }
    intents.put(request, now);
    return false;
  }

  /** Which releases are in force by keyd's own judgement; the first no is the last word. */
  private void judge(Memory memory, Instant now, List<Json.Obj> kept) {
    Optional<Standing> standing = Standing.at(log, this, now);
    if (standing.isEmpty()) {
      return;
    }
    for (Release release : log.releases()) {
      if (!release.state().isInForce() || fallen.containsKey(release.id())) {
        continue;
      }
      boolean revoked = memory.isRevoked(release.id());
      if (!revoked && since.containsKey(release.id()) && settled.stands(release, now)) {
        continue;
      }
      Verdict verdict = standing.get().judge(release);
      settled.keep(release, verdict);
      boolean allowed = verdict instanceof Verdict.Allow && !revoked;
      if (allowed && !since.containsKey(release.id())) {
        since.put(release.id(), now);
        kept.add(line("since", release).put("at", now).build());
      } else if (!allowed && since.containsKey(release.id())) {
        String why = first(verdict.why()).orElse("revoked");
        fallen.put(release.id(), why);
        kept.add(line("fallen", release).put("why", why).build());
      }
    }
  }

  private static Json.Builder line(String kind, Release release) {
    return Json.obj().put("kind", kind).put("release", release.id());
  }

  private static Optional<String> first(List<Reason> reasons) {
    return reasons.stream().findFirst().map(Reason::text);
  }

  @Override
  public synchronized Optional<Instant> of(Release release) {
    return fallen.containsKey(release.id()) ? Optional.empty() : once(release);
  }

  @Override
  public synchronized Optional<Instant> once(Release release) {
    return Optional.ofNullable(since.get(release.id()));
  }

  /** Whether the intent to ask for a lease with this request was read. */
  synchronized boolean intended(Digest request) {
    return intents.containsKey(request);
  }

  /** The commands that may hold plaintext. */
  synchronized AllowedCommands commands() {
    return commands;
  }

  /** Fails unless the log has this release; answers it with what the log says about it. */
  synchronized Release release(Digest id) throws BadInput {
    return log.release(id)
        .orElseThrow(() -> new BadInput("release " + id.brief() + " is not in the log"));
  }

  /** What the gate says of a release, on all that was read, or why it is not in force. */
  synchronized Judged judge(Release release, Instant now) throws BadInput {
    String fell = fallen.get(release.id());
    if (!release.state().isInForce() || fell != null) {
      throw new BadInput(
          "release is "
              + (fell == null ? release.state() + ": " + release.reason() : "over: " + fell));
    }
    Standing standing =
        Standing.at(log, this, now)
            .orElseThrow(() -> new BadInput("no policy and thresholds are in force"));
    return switch (standing.judge(release)) {
      case Verdict.Allow allow -> {
        if (of(release).isEmpty()) {
          throw new BadInput("release was not in force when the log was read last");
        }
        yield new Judged(
            allow,
            standing.policy().attestation(allow.zone(), allow.audience()),
            standing.policy().leaseSeconds());
      }
      case Verdict.Deny deny -> throw new BadInput(text(deny.reasons()));
      case Verdict.Await await -> throw new BadInput(text(await.reasons()));
    };
  }

  private static String text(List<Reason> reasons) {
    return String.join("; ", reasons.stream().limit(5).map(Reason::text).toList());
  }

  /** The approvals of a release that were not taken back. */
  synchronized List<Approval> approvals(Release release) {
    return release.approvals().stream().filter(a -> !log.isWithdrawn(a.id())).toList();
  }

  /** Fails unless what is withdrawn is in the log, and is the signers' to withdraw. */
  synchronized void requireAllowed(Withdrawal withdrawal) throws BadInput {
    log.requireAllowed(withdrawal);
  }

  /** Whether the log says that this was taken back. */
  synchronized boolean isWithdrawn(Digest id) {
    return log.isWithdrawn(id);
  }

  /** Why a lease fell by what was read, if it did. */
  synchronized Optional<String> against(Lease lease) {
    Optional<String> release =
        log.release(lease.release())
            .filter(r -> !r.state().isInForce() || fallen.containsKey(r.id()))
            .map(r -> fallen.getOrDefault(r.id(), "release is " + r.state() + ": " + r.reason()));
    return release.or(() ->
        lease.basis().stream()
            .filter(log::isWithdrawn)
            .findFirst()
            .map(id -> "statement " + id.brief() + " is withdrawn"));
  }

  @Override
  public void close() throws IOException {
    excerpt.close();
  }
}
