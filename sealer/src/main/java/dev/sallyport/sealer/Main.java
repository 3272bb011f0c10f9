package dev.sallyport.sealer;

/**
 * Composition root of the sealer: a short-lived process without a network that turns a source into
 * a sealed model. Prints JSON lines on standard output: notes and progress, at the end the result
 * or the error. Exits with a status of {@link Failure}.
 */
public final class Main {
  private Main() {}

  /** Entry point. */
  public static void main(String[] args) {
    System.exit(
        Program.run(
            report -> SealRun.of(Arguments.parse(args), report).run(), Failure.CANNOT_CREATE));
  }
}
