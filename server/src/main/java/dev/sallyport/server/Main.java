package dev.sallyport.server;

/** Composition root of the server process. */
public final class Main {
  private Main() {}

  /** Entry point. */
  public static void main(String[] args) {
    System.err.println("server: not built yet");
    System.exit(70);
  }
}
