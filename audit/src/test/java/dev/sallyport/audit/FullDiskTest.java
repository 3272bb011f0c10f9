package dev.sallyport.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.audit.AuditFailure.Reason;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full, for real: a tmpfs of 1 MiB in a mount namespace of its own. */
class FullDiskTest {
  @TempDir Path mount;

  @Test
  void failsAppendsWhileTheDiskIsFullAndGoesOnAfterwards() throws Exception {
    Process inside = start(FullDiskTest.class.getName(), mount.toString());
    String output = new String(inside.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assumeTrue(!output.startsWith("bwrap:"), "skipped: bubblewrap cannot mount a tmpfs here");
    assertEquals(0, inside.waitFor(), output);
    assertTrue(output.endsWith("held\n"), output);
  }

  private static Process start(String main, String mount) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of("bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"));
    command.addAll(List.of("--size", "1048576", "--tmpfs", mount, "--"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:-UsePerfData", "-cp"));
    command.addAll(List.of(System.getProperty("java.class.path"), main, mount));
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      assumeTrue(false, "skipped: bubblewrap is not installed");
      throw e;
    }
  }

  public static void main(String[] args) throws Exception {
    Path dir = Path.of(args[0], "log");
    Path ballast = Path.of(args[0], "ballast");
    Files.write(ballast, new byte[200_000]);
    TestLog test = new TestLog();
    long acknowledged;
    try (AuditLog log = test.open(dir)) {
      acknowledged = fill(log);
      require(log.size() == acknowledged, "an entry that failed is in the log");
      require(log.leaf(acknowledged - 1).length > 0, "log is not readable");
      require(fails(log::cosign), "cosign claimed to have written tiles");
      Files.delete(ballast);
      require(log.append("test", data()).index() == acknowledged, "append after space came");
    }
    try (AuditLog log = test.open(dir)) {
      require(log.size() == acknowledged + 1, "entries after opening: " + log.size());
      long[] count = {0};
      log.replay(0, (index, entry) -> count[0]++);
      require(count[0] == acknowledged + 1, "entries replayed: " + count[0]);
    }
    System.out.println("held");
  }

  private static Json.Obj data() {
    return Json.obj().put("x", "y".repeat(5000)).build();
  }

  private static long fill(AuditLog log) throws AuditFailure {
    for (long count = 0; count < 10_000; count++) {
      if (fails(() -> log.append("test", data()))) {
        require(fails(() -> log.append("test", data())), "the disk is still full");
        return count;
      }
    }
    throw new AssertionError("the disk never filled");
  }

  private interface Action {
    Object run() throws AuditFailure;
  }

  private static boolean fails(Action action) {
    try {
      action.run();
      return false;
    } catch (AuditFailure e) {
      require(e.reason() == Reason.STORAGE, "reason " + e.reason());
      return true;
    }
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }
}
