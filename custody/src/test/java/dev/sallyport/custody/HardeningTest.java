package dev.sallyport.custody;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A real process that forbade dumps, and another of the same user that wants its memory. */
class HardeningTest {
  /** Root can read everything unless it gives up its capabilities; for others this changes none. */
  private static final List<String> POWERLESS =
      List.of("setpriv", "--bounding-set", "-all", "--inh-caps", "-all");

  @Test
  void anotherProcessOfTheSameUserCannotReadTheMemory() throws Exception {
    Process open = victim("as it is");
    Process hardened = victim("hardened");
    try {
      assumeTrue(
          readsMemoryOf(open.pid()), "skipped: this user cannot read even an unprotected process");
      assertTrue(!readsMemoryOf(hardened.pid()), "the memory of the hardened process was read");
    } finally {
      open.destroyForcibly().waitFor();
      hardened.destroyForcibly().waitFor();
    }
  }

  @Test
  void leavesNoCoreFile() throws Exception {
    Process hardened = victim("hardened");
    try {
      String core =
          Files.readAllLines(Path.of("/proc/" + hardened.pid() + "/limits")).stream()
              .filter(line -> line.startsWith("Max core file size"))
              .findFirst()
              .orElseThrow();
      assertTrue(core.matches("Max core file size +0 +0 +bytes *"), core);
    } finally {
      hardened.destroyForcibly().waitFor();
    }
  }

  /** A Java process that waits; it has said that it is ready. */
  private static Process victim(String mode) throws IOException {
    List<String> java =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx32m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            HardeningTest.class.getName(),
            mode);
    Process process =
        new ProcessBuilder(powerless(java)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    assertEquals("ready", process.inputReader(StandardCharsets.US_ASCII).readLine());
    return process;
  }

  /** Reads one byte of the stack by /proc/PID/mem, at an address that /proc/PID/maps tells. */
  private static boolean readsMemoryOf(long pid) throws Exception {
    String script =
        """
        at=$(sed -n 's/-.*\\[stack\\]$//p' /proc/PID/maps) && [ -n "$at" ] &&
        dd if=/proc/PID/mem bs=1 count=1 skip=$((0x$at + 0)) status=none of=/dev/null
        """
            .replace("PID", Long.toString(pid));
    Process thief =
        new ProcessBuilder(powerless(List.of("sh", "-c", script)))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    return thief.waitFor() == 0;
  }

  private static List<String> powerless(List<String> command) {
    if (!System.getProperty("user.name").equals("root")) {
      return command;
    }
    List<String> all = new ArrayList<>(POWERLESS);
    all.addAll(command);
    return all;
  }

  /** The victim: forbids dumps if asked to, then waits to be killed. */
  public static void main(String[] args) throws Exception {
    if (args[0].equals("hardened")) {
      Hardening.forbidDumps();
    }
    System.out.println("ready");
    assertNotEquals(-1, System.in.read());
  }
}
