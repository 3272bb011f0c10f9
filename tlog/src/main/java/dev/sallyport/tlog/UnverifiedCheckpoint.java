package dev.sallyport.tlog;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** A checkpoint note as received; nothing in it may be believed before it is verified. */
public final class UnverifiedCheckpoint {
  private final String note;
  private final UnverifiedNote parsed;

  private UnverifiedCheckpoint(String note, UnverifiedNote parsed) {
    this.note = note;
    this.parsed = parsed;
  }

  public static UnverifiedCheckpoint parse(String note) throws BadInput {
    return new UnverifiedCheckpoint(note, UnverifiedNote.parse(note));
  }

  public static UnverifiedCheckpoint parse(byte[] utf8) throws BadInput {
    UnverifiedNote parsed = UnverifiedNote.parse(utf8);
    return new UnverifiedCheckpoint(new String(utf8, StandardCharsets.UTF_8), parsed);
  }

  /** Verifies the log's signature; the origin must be the key's name. */
  public SignedCheckpoint verify(LogKey log) throws BadInput {
    Checkpoint checkpoint = Checkpoint.parse(parsed.verify(log));
    if (!checkpoint.origin().equals(log.name())) {
      throw new BadInput(
          "checkpoint is of log " + Json.clip(checkpoint.origin()) + ", not " + log.name());
    }
    return new SignedCheckpoint(checkpoint, note);
  }

  /** Verifies the log's signature and the witness's cosignature. */
  public CosignedCheckpoint verify(LogKey log, WitnessKey witness) throws BadInput {
    SignedCheckpoint signed = verify(log);
    Instant time = witness.verify(signed.checkpoint().text(), parsed.only(witness).blob());
    return new CosignedCheckpoint(signed.checkpoint(), time, note);
  }
}
