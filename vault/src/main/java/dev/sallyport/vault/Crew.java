package dev.sallyport.vault;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The threads of one sealing or extraction: one per processor, ended by whoever opened them. */
final class Crew {
  /** One per processor. */
  static final int SIZE = Math.max(1, Runtime.getRuntime().availableProcessors());

  /** Chunks under way at once. */
  static final int WINDOW = 2 * SIZE + 2;

  private Crew() {}

  static ExecutorService open() {
    return Executors.newFixedThreadPool(SIZE, Thread.ofPlatform().name("crypt-", 0).factory());
  }
}
