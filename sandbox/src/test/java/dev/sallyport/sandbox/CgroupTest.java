package dev.sallyport.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupTest {
  /** Takes as much memory as it reads. */
  private static final String HOG = "head -c 300000000 /dev/zero | tail -n 1 | wc -c";

  private static final String BOMB =
      "i=0; while [ $i -lt 100 ]; do sleep 60 & i=$((i+1)); done 2>/dev/null; echo all";

  @TempDir Path dir;
  private Optional<Cgroup> group = Optional.empty();

  private Cgroup group() {
    group = Cgroup.make("sallyport-test-" + ProcessHandle.current().pid());
    assumeTrue(group.isPresent(), "skipped: no writable control group here");
    return group.get();
  }

  @AfterEach
  void remove() {
    group.ifPresent(Cgroup::close);
  }

  private static String said(Confinement view, String script) throws Exception {
    try (Sandbox sandbox = SandboxTest.orSkip()) {
      Confined process =
          sandbox.start(view, List.of("/bin/sh", "-c", script + "; kill -9 -1"), Output.PIPE);
      String said = new String(process.output().readAllBytes(), StandardCharsets.UTF_8).strip();
      process.waitFor();
      return said;
    }
  }

  @Test
  void aMemoryHogIsEndedAndOthersAreNot() throws Exception {
    Cgroup small = group().child("hog", 64 << 20, 64, 200_000);
    assumeTrue(small.inForce().contains("memory"), "skipped: no memory controller");
    assertEquals("300000000", said(Confinement.nothing().build(), HOG), "without the bound");
    assertEquals("0", said(Confinement.nothing().group(small).build(), HOG));
  }

  @Test
  void nothingOfTheGroupIsSwappedOut() throws Exception {
    Cgroup small = group().child("swap", 64 << 20, 64, 200_000);
    assumeTrue(small.inForce().contains("memory"), "skipped: no memory controller");
    boolean told = false;
    for (Path directory : small.directories()) {
      for (String file : List.of("memory.swappiness", "memory.swap.max")) {
        if (Files.exists(directory.resolve(file))) {
          assertEquals("0", Files.readString(directory.resolve(file)).strip());
          told = true;
        }
      }
    }
    assumeTrue(told, "skipped: this kernel has no accounting of swap");
  }

  @Test
  void aForkBombIsContained() throws Exception {
    Cgroup small = group().child("bomb", 256 << 20, 24, 200_000);
    assumeTrue(small.inForce().contains("pids"), "skipped: no pids controller");
    assertEquals("all", said(Confinement.nothing().build(), BOMB), "without the bound");
    assertEquals("", said(Confinement.nothing().group(small).build(), BOMB));
    Path pids =
        small.directories().stream()
            .filter(d -> Files.exists(d.resolve("pids.max")))
            .findFirst()
            .orElseThrow();
    assertEquals("24", Files.readString(pids.resolve("pids.max")).strip());
  }

  @Test
  void leavesNoGroupBehind() throws Exception {
    Cgroup made = group();
    Cgroup inner = made.child("x", 64 << 20, 8, 100_000);
    made.close();
    assertFalse(inner.directories().isEmpty());
    for (Path directory : inner.directories()) {
      assertFalse(Files.exists(directory.getParent()));
    }
  }

  @Test
  void claimsOnlyWhatItCouldMake() throws Exception {
    Files.createFile(Files.createDirectories(dir.resolve("pids/mine")).resolve("cgroup.procs"));
    Optional<Cgroup> made =
        Cgroup.make(dir, List.of("4:memory:/mine", "3:pids:/mine", "0::/"), "g");
    assertEquals(List.of("pids"), made.orElseThrow().inForce());
    assertEquals(Optional.empty(), Cgroup.make(dir, List.of("4:memory:/mine"), "g"));
    assertEquals(Optional.empty(), Cgroup.make(dir, List.of("0::/nowhere"), "g"));
    // Version 2 without the kernel's files: nothing is handed down, so nothing is claimed.
    Files.createFile(Files.createDirectories(dir.resolve("user")).resolve("cgroup.procs"));
    assertEquals(Optional.empty(), Cgroup.make(dir, List.of("0::/user"), "g"));
  }

  @Test
  void descriptorsAndCoresAreLimitedEverywhere() throws Exception {
    String limits = said(Confinement.nothing().proc().build(), "cat /proc/self/limits");
    assertTrue(limits.matches("(?s).*Max core file size +1 +1 .*"), limits);
    assertTrue(limits.matches("(?s).*Max open files +(\\d+) +\\1 .*"), limits);
    assertTrue(limits.matches("(?s).*Max processes +(\\d+) +\\1 .*"), limits);
  }
}
