package dev.sallyport.sealer;

import java.time.InstantSource;

/**
 * Composition root of the sealer's other direction: a short-lived process without a network that
 * makes a plaintext copy of a model for somebody with the right to one. Prints JSON lines as {@link
 * Main} does, and exits with a status of {@link Failure}.
 */
public final class Unseal {
  private Unseal() {}

  /** Entry point. */
  public static void main(String[] args) {
    System.exit(
        Program.run(
            report ->
                UnsealRun.of(UnsealArguments.parse(args), report, InstantSource.system()).run(),
            Failure.IO));
  }
}
