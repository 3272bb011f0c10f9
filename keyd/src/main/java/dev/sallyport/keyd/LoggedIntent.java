package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.tlog.CosignedCheckpoint;
import dev.sallyport.tlog.Merkle;
import java.time.Instant;

/**
 * The proof that something was written down before it is done: one entry of the log and a
 * checkpoint that keyd cosigned. Nothing in it is verified until {@link #require}.
 */
record LoggedIntent(String checkpoint, Bundle.Entry entry) {
  /** Reads the members {@code checkpoint} and {@code proof}. */
  static LoggedIntent parse(Json.Obj json) throws BadInput {
    return new LoggedIntent(json.string("checkpoint"), Bundle.Entry.parse(json.object("proof")));
  }

  /** INVARIANT: no entry, no key: fails unless exactly this entry is in the log. */
  void require(String type, Json.Obj data, Pins pins, Memory memory, Instant now) throws Refusal {
    CosignedCheckpoint log = new LeaseVerification(pins, memory, now).checkCheckpoint(checkpoint);
    Code.PROOF.check(() -> {
      byte[] leaf = entry.leaf();
      entry.proof(log.size()).verify(Merkle.leafHash(leaf), log.root());
      Json.Obj logged = Json.parseObject(leaf);
      if (!logged.string("type").equals(type) || !logged.object("data").equals(data)) {
        throw new BadInput("entry is not " + type + " of what is asked for");
      }
      return logged;
    });
  }
}
