package dev.sallyport.keeper;

/** Composition root of the keeper process. */
public final class Main {
  private Main() {}

  /** Entry point. */
  public static void main(String[] args) {
    System.err.println("keeper: not built yet");
    System.exit(70);
  }
}
