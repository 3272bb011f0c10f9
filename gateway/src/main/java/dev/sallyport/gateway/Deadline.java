package dev.sallyport.gateway;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** One timer that is started, restarted and stopped; owned by its event loop. */
final class Deadline {
  private static final Future<?> NONE = new FutureTask<>(() -> null);

  private final EventLoop loop;
  private final Duration length;
  private Future<?> running = NONE;

  Deadline(EventLoop loop, Duration length) {
    this.loop = loop;
    this.length = length;
  }

  void start(Runnable expired) {
    stop();
    running = loop.schedule(expired, length.toNanos(), TimeUnit.NANOSECONDS);
  }

  void stop() {
    if (running != NONE) {
      running.cancel(false);
      running = NONE;
    }
  }
}
