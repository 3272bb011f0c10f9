package dev.sallyport.cli;

/** Composition root of the cli process. */
public final class Main {
  private Main() {}

  /** Entry point. */
  public static void main(String[] args) {
    System.err.println("cli: not built yet");
    System.exit(70);
  }
}
