package dev.sallyport.vault;

/** Told how far sealing or extraction has come. Called on the thread that does the work. */
@FunctionalInterface
public interface Progress {
  /** Plaintext bytes done so far, and in all. */
  void done(long bytes, long total);

  /** Told what a person may want to know. */
  default void note(String text) {}
}
