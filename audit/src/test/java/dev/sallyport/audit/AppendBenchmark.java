package dev.sallyport.audit;

import dev.sallyport.core.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/**
 * Durable appends per second and their latency, against a plain loop of write and fdatasync, in
 * interleaved rounds. Argument: a directory on the disk to measure.
 */
final class AppendBenchmark {
  private static final int ROUNDS = 5;
  private static final int CLIENTS = 1024;

  private final Path dir;
  private final AuditLog log;
  private final PrintStream out = System.out;

  private AppendBenchmark(Path dir, AuditLog log) {
    this.dir = dir;
    this.log = log;
  }

  public static void main(String[] args) throws Exception {
    Path dir = Files.createTempDirectory(Path.of(args[0]), "append-benchmark");
    try (AuditLog log = new TestLog().open(dir.resolve("log"))) {
      new AppendBenchmark(dir, log).run();
    }
  }

  private void run() throws Exception {
    double[] plain = new double[ROUNDS];
    double[] one = new double[ROUNDS];
    double[] many = new double[ROUNDS];
    double[] seconds = new double[ROUNDS];
    for (int round = -1; round < ROUNDS; round++) {
      int at = Math.max(round, 0); // The first round warms up.
      plain[at] = plainMillis(200);
      one[at] = oneClientMillis(200);
      many[at] = manyClientsPerSecond(100);
      long start = System.nanoTime();
      log.cosign();
      seconds[at] = (System.nanoTime() - start) / 1e9;
    }
    out.printf("plain write+fdatasync of 300 bytes, p50: %.2f ms%n", median(plain));
    out.printf("append, one client, p50: %.2f ms%n", median(one));
    out.printf("ratio: %.2f%n", median(one) / median(plain));
    out.printf("append, %d clients: %.0f per second%n", CLIENTS, median(many));
    out.printf("ratio to the plain loop: %.1f%n", median(many) * median(plain) / 1000);
    out.printf("cosign after these: %.3f s%n", median(seconds));
    out.printf("entries: %d%n", log.size());
  }

  private static Json.Obj data() {
    return Json.obj()
        .put("request", "3f1c9f0a-6d9e-4a55-9e0b-0c9c3c1f8a77")
        .put("principal", "partner-17")
        .put("model", "model-a")
        .put("status", 200)
        .put("code", "ok")
        .put("promptTokens", 812)
        .put("completionTokens", 240)
        .put("bytes", 11_204)
        .build();
  }

  private double plainMillis(int count) throws IOException {
    double[] millis = new double[count];
    try (FileChannel file =
        FileChannel.open(
            dir.resolve("plain"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      for (int i = 0; i < count; i++) {
        long start = System.nanoTime();
        LogFiles.writeFully(file, ByteBuffer.allocate(300));
        file.force(false);
        millis[i] = (System.nanoTime() - start) / 1e6;
      }
    }
    return median(millis);
  }

  private double oneClientMillis(int count) throws AuditFailure {
    double[] millis = new double[count];
    for (int i = 0; i < count; i++) {
      long start = System.nanoTime();
      log.append("request.served", data());
      millis[i] = (System.nanoTime() - start) / 1e6;
    }
    return median(millis);
  }

  /** Each client appends again when its last append is durable. */
  private double manyClientsPerSecond(int each) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(CLIENTS);
    long start = System.nanoTime();
    for (int c = 0; c < CLIENTS; c++) {
      Thread.ofVirtual().start(() -> client(each, done));
    }
    done.await();
    return CLIENTS * (double) each / ((System.nanoTime() - start) / 1e9);
  }

  private void client(int each, CountDownLatch done) {
    try {
      for (int i = 0; i < each; i++) {
        log.append("request.served", data());
      }
    } catch (AuditFailure e) {
      throw new IllegalStateException("append failed", e);
    } finally {
      done.countDown();
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
