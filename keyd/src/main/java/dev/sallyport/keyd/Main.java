package dev.sallyport.keyd;

/** Composition root of the keyd process. */
public final class Main {
  private Main() {}

  /** Entry point. */
  public static void main(String[] args) {
    throw new UnsupportedOperationException("not built yet");
  }
}
