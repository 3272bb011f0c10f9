package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Refusal;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * keyd's memory on disk, and its clock. All changes go through {@link #change}, one at a time, and
 * are durable before anybody learns of their effect. Thread-safe.
 */
final class Store {
  /** What a clock may be set back by time synchronisation without notice. */
  static final Duration CLOCK_SLACK = Duration.ofSeconds(2);

  private final StateFile file;
  private final InstantSource clock;
  private Memory memory;

  /** Computes the next memory, or refuses. */
  @FunctionalInterface
  interface Change {
    Memory next(Memory memory, Instant now) throws Refusal;
  }

  private Store(StateFile file, InstantSource clock, Memory memory) {
    this.file = file;
    this.clock = clock;
    this.memory = memory;
  }

  static Store open(StateFile file, InstantSource clock) throws IOException, BadInput {
    return new Store(file, clock, Memory.read(file.load()));
  }

  synchronized Memory memory() {
    return memory;
  }

  /**
   * The time, never earlier than any at which keyd decided something.
   *
   * @throws Refusal with {@code clock} if the clock was set back
   */
  synchronized Instant now() throws Refusal {
    Instant now = clock.instant();
    if (now.plus(CLOCK_SLACK).isBefore(memory.time())) {
      long back = Duration.between(now, memory.time()).toSeconds();
      throw Code.CLOCK.because("clock is " + back + " s behind the last decision");
    }
    return now.isBefore(memory.time()) ? memory.time() : now;
  }

  /** Changes the memory durably; if storing fails, nothing has changed and nothing is granted. */
  synchronized Memory change(Change change) throws Refusal {
    Instant now = now();
    Memory next = change.next(memory, now).at(now);
    return keep(next);
  }

  /** As {@link #change}, for what only tightens: a clock set back must not prevent it. */
  synchronized Memory tighten(Change change) throws Refusal {
    return keep(change.next(memory, clock.instant()));
  }

  private Memory keep(Memory next) throws Refusal {
    try {
      file.store(next.toJson());
    } catch (IOException e) {
      Refusal refusal = Code.STORE.because("keyd cannot store its state");
      refusal.initCause(e);
      throw refusal;
    }
    memory = next;
    return next;
  }
}
