package dev.sallyport.keyd;

/** Composition root of the keyd process. */
public final class Main {
  private Main() {}

  /** Entry point. */
  public static void main(String[] args) {
    System.err.println("keyd: not built yet");
    System.exit(70);
  }
}
