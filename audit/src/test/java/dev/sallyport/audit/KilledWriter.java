package dev.sallyport.audit;

import dev.sallyport.core.Json;
import dev.sallyport.keys.SigningKey;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Random;
import java.util.concurrent.Semaphore;

/**
 * A program that appends as fast as it can and writes the index of every acknowledged entry to its
 * standard output, until it is killed. Arguments: directory, log key file, witness key file, seed.
 */
final class KilledWriter {
  private KilledWriter() {}

  public static void main(String[] args) throws Exception {
    SigningKey logKey = SigningKey.read(Path.of(args[1]));
    SigningKey witnessKey = SigningKey.read(Path.of(args[2]));
    LogIdentity identity =
        LogIdentity.of(TestLog.ORIGIN, logKey.verifyingKey(), witnessKey.verifyingKey());
    Witness witness = KilledWriterTest.witness(identity, witnessKey, Path.of(args[0]));
    Random random = new Random(Long.parseLong(args[3]));
    Semaphore open = new Semaphore(500);
    OutputStream out = System.out;
    try (AuditLog log =
        AuditLog.open(Path.of(args[0]), identity, logKey, witness, Clock.systemUTC())) {
      while (true) {
        open.acquire();
        Json.Obj data = Json.obj().put("x", "y".repeat(random.nextInt(600))).build();
        var _ =
            log.appendAsync("test", data)
                .whenComplete((receipt, failure) -> {
                  open.release();
                  acknowledge(out, receipt.index());
                });
        if (random.nextInt(2000) == 0) {
          log.cosign();
        }
      }
    }
  }

  private static void acknowledge(OutputStream out, long index) {
    try {
      out.write((index + "\n").getBytes(StandardCharsets.US_ASCII));
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
