package dev.sallyport.cli;

/** Composition root of the cli process. */
public final class Main {
  private Main() {}

  /** Entry point. */
  public static void main(String[] args) {
    throw new UnsupportedOperationException("not built yet");
  }
}
