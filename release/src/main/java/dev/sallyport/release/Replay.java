package dev.sallyport.release;

import dev.sallyport.audit.Entry;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Signed;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.risk.EntryType;
import dev.sallyport.risk.History;
import dev.sallyport.risk.Release;
import dev.sallyport.risk.Standing;
import dev.sallyport.risk.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes anew every decision that the log records about one release, on what the log held then, and
 * compares it byte for byte with the entry (DESIGN §9: decisions replay): what was submitted and
 * taken in or refused, what a release under review waited for, and every change of its state. Feed
 * it all entries in order. Owned by one thread.
 *
 * <p>Entries of before decisions were recorded carry no {@code at}, and are passed over.
 */
public final class Replay {
  private final Digest release;
  private final History log;
  private final List<Decision> decisions = new ArrayList<>();
  private boolean judged;

  /**
   * One decision.
   *
   * @param at the instant at which it was taken
   * @param verdict as computed now
   * @param same whether the entry is exactly what follows from these bytes
   */
  public record Decision(long index, String type, Instant at, Verdict verdict, boolean same) {
    public Json.Obj toJson() {
      return Json.obj()
          .put("index", index)
          .put("type", type)
          .put("at", at)
          .put("verdict", verdict.toJson())
          .put("digest", Digest.of(verdict.toJson().canonical()))
          .put("same", same)
          .build();
    }
  }

  public Replay(TrustRoot root, Digest release) {
    this.release = release;
    this.log = new History(root);
  }

  /** Takes in the next entry; a decision about the release is judged before it takes effect. */
  public void apply(long index, Entry entry) throws BadInput {
    switch (entry.type()) {
      case EntryType.RELEASE_ACTIVATED,
          EntryType.RELEASE_SUSPENDED,
          EntryType.RELEASE_PROMOTED,
          EntryType.RELEASE_REVOKED,
          EntryType.RELEASE_EXPIRED,
          EntryType.RELEASE_HELD ->
          transition(index, entry);
      case EntryType.RELEASE_REQUESTED, EntryType.RELEASE_APPROVED, EntryType.SUBMISSION_REFUSED ->
          submission(index, entry);
      default -> {
        // Records no decision of the gate.
      }
    }
    log.apply(entry.time(), entry.type(), entry.data());
  }

  private void transition(long index, Entry entry) throws BadInput {
    Optional<Release> found = log.release(entry.data().digest("release"));
    if (found.filter(r -> r.id().equals(release)).isEmpty() || isUndated(entry)) {
      return;
    }
    Instant at = entry.data().instant("at");
    Standing standing =
        Standing.at(log, Standing.Since.ENTRY, at)
            .orElseThrow(() -> new BadInput("entry " + index + ": no policy was in force"));
    Optional<Transition> due =
        entry.type().equals(EntryType.RELEASE_HELD)
            ? Optional.of(Waits.held(found.get(), standing))
            : Transition.due(found.get(), standing, log);
    boolean same = due.filter(new Transition(entry.type(), entry.data())::equals).isPresent();
    decisions.add(new Decision(index, entry.type(), at, standing.judge(found.get()), same));
  }

  private void submission(long index, Entry entry) throws BadInput {
    if (isUndated(entry)) {
      return;
    }
    Instant at = entry.data().instant("at");
    Signed signed = log.root().verify(Envelope.parse(entry.data().object("envelope")));
    Admission.Ruling ruling = new Admission(log, at).rule(signed);
    if (ruling.release().filter(release::equals).isEmpty()) {
      return;
    }
    Verdict verdict =
        ruling
            .decision()
            .orElseThrow(() -> new BadInput("entry " + index + ": nothing was to be decided"));
    boolean refused = !ruling.against().isEmpty();
    String type = refused ? EntryType.SUBMISSION_REFUSED : ruling.type();
    Digest digest = Digest.of(verdict.toJson().canonical());
    boolean same = type.equals(entry.type()) && digest.equals(entry.data().digest("verdict"));
    decisions.add(new Decision(index, entry.type(), at, verdict, same));
    judged = true;
  }

  /** Written before decisions were recorded, or only a count of what was refused. */
  private static boolean isUndated(Entry entry) {
    return entry.data().find("at").isEmpty();
  }

  /** Whether the release is in the log, or was asked for and refused. */
  public boolean found() {
    return judged || log.release(release).isPresent();
  }

  /** In the order of the log. */
  public List<Decision> decisions() {
    return List.copyOf(decisions);
  }
}
