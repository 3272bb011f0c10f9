package dev.sallyport.tlog;

import dev.sallyport.core.Digest;
import java.time.Instant;

/**
 * A checkpoint whose log signature and cosignature were both verified; only {@link
 * UnverifiedCheckpoint} makes one.
 */
public final class CosignedCheckpoint {
  private final Checkpoint checkpoint;
  private final Instant cosigned;
  private final String note;

  CosignedCheckpoint(Checkpoint checkpoint, Instant cosigned, String note) {
    this.checkpoint = checkpoint;
    this.cosigned = cosigned;
    this.note = note;
  }

  public Checkpoint checkpoint() {
    return checkpoint;
  }

  public long size() {
    return checkpoint.size();
  }

  public Digest root() {
    return checkpoint.root();
  }

  /** When the witness cosigned, to the second. */
  public Instant cosigned() {
    return cosigned;
  }

  /** The whole note as received. */
  public String note() {
    return note;
  }
}
