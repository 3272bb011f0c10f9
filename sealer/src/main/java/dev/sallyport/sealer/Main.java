package dev.sallyport.sealer;

/** Composition root of the sealer process. */
public final class Main {
  private Main() {}

  /** Entry point. */
  public static void main(String[] args) {
    System.err.println("sealer: not built yet");
    System.exit(70);
  }
}
