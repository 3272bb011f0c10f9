package dev.sallyport.audit;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.SigningKey;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;

/** Keys and a witness for the logs of one test. */
final class TestLog {
  static final String ORIGIN = "log.example/test";

  final SigningKey logKey = SigningKey.generate();
  final SigningKey witnessKey = SigningKey.generate();
  final LogIdentity identity;
  final InsecureInProcessWitness witness;

  TestLog() throws BadInput {
    identity = LogIdentity.of(ORIGIN, logKey.verifyingKey(), witnessKey.verifyingKey());
    witness = new InsecureInProcessWitness(identity, witnessKey, Clock.systemUTC());
  }

  AuditLog open(Path dir) throws AuditFailure {
    return open(dir, Clock.systemUTC());
  }

  AuditLog open(Path dir, InstantSource clock) throws AuditFailure {
    return AuditLog.open(dir, identity, logKey, witness, clock);
  }

  static Json.Obj data(long n) {
    return Json.obj().put("n", n).build();
  }

  /** Appends entries that hold their own index; fewer than the queue takes. */
  static void append(AuditLog log, long count) throws AuditFailure {
    long first = log.size();
    for (long i = 0; i + 1 < count; i++) {
      var _ = log.appendAsync("test", data(first + i));
    }
    if (count > 0) {
      log.append("test", data(first + count - 1));
    }
  }
}
