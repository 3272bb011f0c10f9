package dev.sallyport.tlog;

import dev.sallyport.core.Digest;

/** A checkpoint whose log signature was verified; only {@link UnverifiedCheckpoint} makes one. */
public final class SignedCheckpoint {
  private final Checkpoint checkpoint;
  private final String note;

  SignedCheckpoint(Checkpoint checkpoint, String note) {
    this.checkpoint = checkpoint;
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

  /** The whole note as received. */
  public String note() {
    return note;
  }
}
