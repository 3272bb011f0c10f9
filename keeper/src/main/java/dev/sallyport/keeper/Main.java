package dev.sallyport.keeper;

/** Composition root of the keeper process. */
public final class Main {
  private Main() {}

  /** Entry point. */
  public static void main(String[] args) {
    throw new UnsupportedOperationException("not built yet");
  }
}
