package dev.sallyport.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.sallyport.core.Digest;
import dev.sallyport.fuse.Callers.Want;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes: a shell as the runtime, its children as those who read. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RuntimeCallersTest {
  private static final Path SLEEP = Path.of("/bin/sleep");

  @TempDir Path dir;
  private final List<String> refusals = new ArrayList<>();
  private final List<Process> started = new ArrayList<>();

  /** A shell and its child. */
  private record Family(Process shell, int child) {}

  private Family family(String child) throws IOException {
    Process shell = new ProcessBuilder("/bin/sh", "-c", child + " & echo $!; wait").start();
    started.add(shell);
    BufferedReader out = shell.inputReader(StandardCharsets.US_ASCII);
    return new Family(shell, Integer.parseInt(out.readLine()));
  }

  @AfterEach
  void end() {
    for (Process process : started) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private RuntimeCallers callers(Path... executables) throws IOException {
    Set<Digest> digests = new java.util.HashSet<>();
    for (Path executable : executables) {
      digests.add(Executables.digest(executable));
    }
    return new RuntimeCallers(digests, refusals::add);
  }

  /** The shell forks first and executes then. */
  private static void awaitExecuting(int pid, Path executable) throws Exception {
    Path exe = Path.of("/proc/" + pid + "/exe");
    while (!exe.toRealPath().equals(executable.toRealPath())) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aChildOfTheRuntimeMayRead() throws Exception {
    Family family = family("exec sleep 60");
    awaitExecuting(family.child(), SLEEP);
    try (RuntimeCallers callers = callers(SLEEP)) {
      callers.admit(family.shell().pid());
      assertTrue(callers.mayRead(family.child(), Want.OPEN));
      assertTrue(callers.mayRead(family.child(), Want.USE));
      assertEquals(List.of(), refusals);
    }
  }

  @Test
  void aProcessThatWasNotStartedByTheKeeperIsRefusedAndNamedOnce() throws Exception {
    Family ours = family("exec sleep 60");
    Family other = family("exec sleep 60");
    awaitExecuting(other.child(), SLEEP);
    try (RuntimeCallers callers = callers(SLEEP)) {
      callers.admit(ours.shell().pid());
      for (int i = 0; i < 3; i++) {
        assertFalse(callers.mayRead(other.child(), Want.OPEN));
      }
      assertFalse(callers.mayRead((int) ProcessHandle.current().pid(), Want.USE), "we ourselves");
      assertEquals(2, refusals.size(), "" + refusals);
      assertEquals(
          "process " + other.child() + " was not started by this keeper", refusals.getFirst());
    }
  }

  @Test
  void aChildThatExecutesAnotherFileIsRefused() throws Exception {
    Path impostor = dir.resolve("sleep");
    Files.copy(SLEEP, impostor, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    Files.write(impostor, new byte[] {0}, java.nio.file.StandardOpenOption.APPEND);
    Family family = family("exec " + impostor + " 60");
    awaitExecuting(family.child(), impostor);
    try (RuntimeCallers callers = callers(SLEEP)) {
      callers.admit(family.shell().pid());
      assertFalse(callers.mayRead(family.child(), Want.OPEN));
      assertTrue(refusals.getFirst().contains("not allowed to read"), "" + refusals);
    }
  }

  @Test
  void whatIsReplacedOnDiskDoesNotChangeWhatRuns() throws Exception {
    Path program = dir.resolve("program");
    Files.copy(SLEEP, program, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    Family family = family("exec " + program + " 60");
    awaitExecuting(family.child(), program);
    Files.delete(program);
    Files.writeString(program, "another");
    try (RuntimeCallers callers = callers(SLEEP)) {
      callers.admit(family.shell().pid());
      assertTrue(callers.mayRead(family.child(), Want.OPEN));
    }
  }

  @Test
  void aChildThatOutlivesTheRuntimeIsRefused() throws Exception {
    Family family = family("exec sleep 60");
    awaitExecuting(family.child(), SLEEP);
    try (RuntimeCallers callers = callers(SLEEP)) {
      callers.admit(family.shell().pid());
      assertTrue(callers.mayRead(family.child(), Want.OPEN));
      ProcessHandle orphan = ProcessHandle.of(family.child()).orElseThrow();
      family.shell().destroyForcibly().waitFor();
      assertFalse(callers.mayRead(family.child(), Want.OPEN));
      orphan.destroyForcibly();
    }
  }

  @Test
  void aProcessThatLeftTheRuntimesControlGroupIsRefused() throws Exception {
    Path group = ownGroup().resolve("sallyport-test-" + ProcessHandle.current().pid());
    Family family = family("exec sleep 60");
    awaitExecuting(family.child(), SLEEP);
    try (RuntimeCallers callers = callers(SLEEP)) {
      callers.admit(family.shell().pid());
      assertTrue(callers.mayRead(family.child(), Want.OPEN));
      Files.createDirectory(group);
      Files.writeString(group.resolve("cgroup.procs"), Integer.toString(family.child()));
      assertFalse(callers.mayRead(family.child(), Want.OPEN));
      assertEquals(
          List.of("process " + family.child() + " is not in the control group of the runtime"),
          refusals);
    } finally {
      ProcessHandle child = ProcessHandle.of(family.child()).orElseThrow();
      child.destroyForcibly();
      child.onExit().get();
      Files.deleteIfExists(group);
    }
  }

  /** A directory of control groups in which we may make one. */
  private static Path ownGroup() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
      String[] cells = line.split(":", 3);
      Path own = Path.of("/sys/fs/cgroup", cells[1].replace("name=", ""), cells[2].substring(1));
      if (Files.isWritable(own.resolve("cgroup.procs")) && cells[1].matches("|pids")) {
        return own;
      }
    }
    return abort("skipped: no writable control group here");
  }

  @Test
  void afterARestartTheOldRuntimeIsAStranger() throws Exception {
    Family old = family("exec sleep 60");
    Family next = family("exec sleep 60");
    awaitExecuting(old.child(), SLEEP);
    awaitExecuting(next.child(), SLEEP);
    try (RuntimeCallers callers = callers(SLEEP)) {
      callers.admit(old.shell().pid());
      assertTrue(callers.mayRead(old.child(), Want.OPEN));
      callers.admit(next.shell().pid());
      assertTrue(callers.mayRead(next.child(), Want.OPEN));
      assertFalse(callers.mayRead(old.child(), Want.USE));
    }
  }

  @Test
  void aCallerOfAnotherPidNamespaceIsRefused() throws Exception {
    try (RuntimeCallers callers = callers(SLEEP)) {
      assertFalse(callers.mayRead(0, Want.OPEN));
      assertFalse(callers.mayRead(0, Want.OPEN));
      assertEquals(1, refusals.size());
    }
  }

  @Test
  void aProcessThatIsGoneCannotBeAdmitted() throws Exception {
    Process gone = new ProcessBuilder("/bin/true").start();
    gone.waitFor();
    try (RuntimeCallers callers = callers(SLEEP)) {
      assertThrows(IOException.class, () -> callers.admit(gone.pid()));
    }
  }

  @Test
  void aNumberThatWasUsedAgainIsAnotherProcess() throws Exception {
    ProcessId self = ProcessId.of(ProcessHandle.current().pid());
    assertTrue(self.same(ProcessId.of(self.number())));
    assertFalse(self.same(new ProcessId(self.number(), self.start() + 1, self.parent())));
  }
}
