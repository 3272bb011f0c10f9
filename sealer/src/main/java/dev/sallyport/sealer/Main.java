package dev.sallyport.sealer;

/** Composition root of the sealer process. */
public final class Main {
  private Main() {}

  /** Entry point. */
  public static void main(String[] args) {
    throw new UnsupportedOperationException("not built yet");
  }
}
