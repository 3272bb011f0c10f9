package dev.sallyport.gateway;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** What all connections of one gateway share; made by {@link Gateway}. */
record Services(
    Limits limits,
    Transport transport,
    Directory directory,
    Recorder recorder,
    Ledger ledger,
    RefusalLog refusals,
    RequestRate rate,
    Slots slots,
    AtomicLong bodiesBytes,
    Set<Exchange> live,
    AtomicBoolean draining,
    SecureRandom random,
    Clock clock) {

  static Services of(
      GatewayConfig config,
      Transport transport,
      Directory directory,
      Recorder log,
      Ledger ledger,
      Clock clock) {
    Recorder recorder = guarded(log);
    return new Services(
        config.limits(),
        transport,
        directory,
        recorder,
        ledger,
        new RefusalLog(recorder),
        new RequestRate(clock),
        new Slots(),
        new AtomicLong(),
        ConcurrentHashMap.newKeySet(),
        new AtomicBoolean(),
        new SecureRandom(),
        clock);
  }

  /** A recorder that fails in one way only: by its stage. */
  static Recorder guarded(Recorder recorder) {
    return (type, data) -> {
      try {
        return recorder.record(type, data);
      } catch (RuntimeException e) {
        return CompletableFuture.failedFuture(e);
      }
    };
  }

  /** A fresh request id: 96 random bits, so that it tells nothing about the traffic. */
  String requestId() {
    byte[] bytes = new byte[12];
    random.nextBytes(bytes);
    return "req-" + HexFormat.of().formatHex(bytes);
  }

  /** Takes memory for request bodies; false if the gateway holds too many at once. */
  boolean reserveBody(int bytes) {
    long held = bodiesBytes.addAndGet(bytes);
    if (held > limits.maxBodiesBytes()) {
      bodiesBytes.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  void releaseBody(int bytes) {
    bodiesBytes.addAndGet(-bytes);
  }
}
