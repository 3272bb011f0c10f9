package dev.sallyport.keeper;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Reports events to the server in order, without making anybody wait: a dead server must not keep a
 * runtime alive. Bounded: 256 events, 8 tries each over about half a minute, then the operator log
 * is the only witness. Owns one virtual thread; {@link #close} gives it two seconds to finish.
 */
final class Reporter implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("keeper");
  private static final int CAPACITY = 256;
  private static final int TRIES = 8;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

  private record Event(String type, Json.Obj data) {}

  private final Peers peers;
  private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(CAPACITY);
  private final Thread thread = Thread.ofVirtual().name("reporter").unstarted(this::run);

  Reporter(Peers peers) {
    this.peers = peers;
    thread.start();
  }

  void report(String type, Json.Obj data) {
    LOG.log(System.Logger.Level.INFO, "event={0} {1}", type, Json.toString(data));
    if (!events.offer(new Event(type, data))) {
      LOG.log(System.Logger.Level.ERROR, "event={0} lost: {1} wait already", type, CAPACITY);
    }
  }

  private void run() {
    try {
      while (true) {
        deliver(events.take());
      }
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    }
  }

  private void deliver(Event event) throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    for (int i = 0; i < TRIES; i++) {
      try {
        peers.event(event.type(), event.data());
        return;
      } catch (Refusal | BadInput e) {
        LOG.log(System.Logger.Level.ERROR, "server refused event " + event.type(), e);
        return;
      } catch (IOException e) {
        LOG.log(
            System.Logger.Level.WARNING, "event {0}: server: {1}", event.type(), e.getMessage());
        Thread.sleep(pause);
        pause = pause.multipliedBy(2);
      }
    }
    LOG.log(System.Logger.Level.ERROR, "event={0} lost after {1} tries", event.type(), TRIES);
  }

  @Override
  public void close() {
    try {
      for (int i = 0; i < 20 && !events.isEmpty(); i++) {
        thread.join(Duration.ofMillis(100));
      }
      thread.interrupt();
      thread.join();
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
  }
}
