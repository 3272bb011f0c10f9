package dev.sallyport.risk;

import java.time.Instant;

/**
 * The release decision: a pure, total function of the release file and the time (DESIGN §9,
 * spec/evidence.md §9). Server and keyd both run it; keyd believes only its own run.
 */
public final class Gate {
  private Gate() {}

  /** Judges; the same arguments give the same verdict, byte for byte. */
  public static Verdict judge(ReleaseFile file, Instant now) {
    return new Judgement(file, now).verdict();
  }
}
