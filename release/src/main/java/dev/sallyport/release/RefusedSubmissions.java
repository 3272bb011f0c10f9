package dev.sallyport.release;

import dev.sallyport.audit.Entry;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Signed;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.risk.EntryType;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sees to it that nobody fills the log by being refused: a statement that is refused is an entry
 * with all of it, up to {@value #SINGLY} in an hour for each person who signed it; what is more or
 * larger is counted, and the count is one entry at the end of the hour. Only who is in the trust
 * root comes so far: what nobody of them signed is turned away unread. Guarded by its owner's lock.
 */
final class RefusedSubmissions {
  static final int SINGLY = 20;

  /** An entry has room for 64 KiB (spec/audit-log.md §1). */
  static final int MAX_BYTES = 48 << 10;

  static final Duration WINDOW = Duration.ofHours(1);

  private final Map<String, Integer> singles = new HashMap<>();
  private Instant since = Instant.MIN;
  private long counted;

  /** Whether the refusal is an entry of its own; it is counted otherwise. */
  boolean mayEnter(Signed signed, Envelope envelope, Instant now) {
    turn(now);
    boolean often = names(signed).stream().anyMatch(n -> singles.getOrDefault(n, 0) >= SINGLY);
    if (often || envelope.toJson().canonical().length > MAX_BYTES) {
      counted++;
      return false;
    }
    return true;
  }

  /** Takes in an entry of the log, so that a restart opens no new window. */
  void apply(Entry entry, TrustRoot root) throws BadInput {
    boolean single = entry.data().find("envelope").isPresent();
    if (entry.type().equals(EntryType.SUBMISSION_REFUSED) && single) {
      turn(entry.time());
      Signed signed = root.verify(Envelope.parse(entry.data().object("envelope")));
      names(signed).forEach(name -> singles.merge(name, 1, Integer::sum));
    }
  }

  /** The entry for what was only counted, once its window is over. */
  Optional<Json.Obj> due(Instant now) {
    if (counted == 0 || now.isBefore(since.plus(WINDOW))) {
      return Optional.empty();
    }
    Json.Obj data = Json.obj().put("count", counted).put("since", since).build();
    counted = 0;
    return Optional.of(data);
  }

  /** What was counted stays until it is written. */
  private void turn(Instant now) {
    boolean over = since.equals(Instant.MIN) || !now.isBefore(since.plus(WINDOW));
    if (over && counted == 0) {
      since = now;
      singles.clear();
    }
  }

  private static List<String> names(Signed signed) {
    return signed.signers().stream().map(Person::name).toList();
  }
}
