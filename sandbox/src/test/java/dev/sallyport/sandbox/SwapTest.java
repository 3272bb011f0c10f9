package dev.sallyport.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is swapped out, looked for on the disk itself. Turns on a swap file of its own, which is the
 * machine's business, so only where it was asked for.
 */
class SwapTest {
  private static final int MIB = 1 << 20;

  /** What the group may have; less than what is written. */
  private static final int BOUND = 96 * MIB;

  /** Above that of any other swap, so that this one is used. */
  private static final String PRIORITY = "32767";

  /** Fills a memory file system with a secret, then wants more memory than the group may have. */
  private static final String SCRIPT =
      "yes $0 | head -c 67108864 >/plain/w; head -c 67108864 /dev/zero >/plain/z; echo done";

  @TempDir Path dir;
  private final String secret = "SECRET-" + UUID.randomUUID();
  private Path swap;
  private Cgroup group;

  @BeforeEach
  void turnSwapOn() throws Exception {
    assumeTrue(
        Boolean.getBoolean("sallyport.swapon"),
        "skipped: turns on a swap file of its own, which ./check --full does");
    assumeTrue(System.getProperty("user.name").equals("root"), "skipped: swapon needs root");
    group = Cgroup.make("sallyport-swap-" + ProcessHandle.current().pid()).orElse(null);
    assumeTrue(
        group != null && group.inForce().contains("memory"),
        "skipped: no writable control group for memory here");
    swap = dir.resolve("swap");
    Files.createFile(swap);
    run("chmod", "600", swap.toString());
    run("dd", "if=/dev/zero", "of=" + swap, "bs=1M", "count=256", "conv=fsync", "status=none");
    run("mkswap", swap.toString());
    assumeTrue(
        status("swapon", "-p", PRIORITY, swap.toString()) == 0,
        "skipped: this machine takes no swap file in " + dir);
  }

  @AfterEach
  void turnSwapOff() throws Exception {
    if (swap != null) {
      status("swapoff", swap.toString());
    }
    if (group != null) {
      group.close();
    }
  }

  @Test
  void T190_nothingOfTheGroupReachesTheDisk() throws Exception {
    Cgroup bounded = group.child("bounded", BOUND, 64, 200_000);
    assertEquals("", said(bounded), "it is ended rather than swapped out");
    assertFalse(onDisk(), "the secret was swapped out");
  }

  @Test
  void T190_withoutTheBoundItDoes() throws Exception {
    Cgroup loose = group.child("loose", BOUND, 64, 200_000);
    for (Path directory : loose.directories()) {
      allow(directory.resolve("memory.swap.max"), "max");
      allow(directory.resolve("memory.memsw.limit_in_bytes"), Long.toString(512L * MIB));
      allow(directory.resolve("memory.swappiness"), "100");
    }
    assertEquals("done", said(loose));
    assertTrue(onDisk(), "were it not bounded, it would be swapped out");
  }

  private static void allow(Path bound, String value) throws IOException {
    if (Files.exists(bound)) {
      Files.writeString(bound, value, StandardOpenOption.WRITE);
    }
  }

  private String said(Cgroup in) throws Exception {
    Confinement view = Confinement.nothing().memory(Path.of("/plain"), 4 * BOUND).group(in).build();
    try (Sandbox sandbox = SandboxTest.orSkip()) {
      Confined process = sandbox.start(view, List.of("/bin/sh", "-c", SCRIPT, secret), Output.PIPE);
      String said = new String(process.output().readAllBytes(), StandardCharsets.UTF_8).strip();
      process.waitFor();
      return said.lines().filter(line -> line.equals("done")).findFirst().orElse("");
    }
  }

  /** Past the page cache, which holds what was written when the file was made. */
  private boolean onDisk() throws Exception {
    Process dd =
        new ProcessBuilder("dd", "if=" + swap, "bs=1M", "iflag=direct", "status=none").start();
    boolean found = false;
    try (InputStream in = dd.getInputStream()) {
      byte[] block = in.readNBytes(MIB);
      while (block.length > 0) {
        found |= new String(block, StandardCharsets.ISO_8859_1).contains(secret);
        block = in.readNBytes(MIB);
      }
    }
    assertEquals(0, dd.waitFor());
    return found;
  }

  private static void run(String... command) throws Exception {
    assertEquals(0, status(command), String.join(" ", command));
  }

  private static int status(String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
