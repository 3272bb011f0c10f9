package dev.sallyport.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A runtime that has been taken over, and another user beside it. Each attack is also made with its
 * control switched off, so that a test that tries nothing is noticed.
 */
class AdversaryTest {
  private static final int KILLED = 128 + 31;
  private static final int EPERM = -1;
  private static final int EAFNOSUPPORT = -97;
  private static final String SECRET = "SECRET WEIGHTS";

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private Sandbox sandbox;
  @TempDir Path dir;

  @BeforeEach
  void needsBubblewrap() throws Exception {
    sandbox = SandboxTest.orSkip();
  }

  @AfterEach
  void close() {
    sandbox.close();
  }

  private record Answer(List<Long> results, int status) {}

  /** Makes these system calls in the runtime's sandbox. */
  private Answer attack(boolean filtered, List<String> calls) throws Exception {
    Path java = Path.of(System.getProperty("java.home"));
    Path classes = Path.of("target/test-classes").toAbsolutePath();
    Confinement.Builder view =
        Confinement.nothing()
            .memory(Path.of("/tmp"), 64 << 20)
            .java(java)
            .readOnly(classes, classes);
    if (!filtered) {
      view.insecureUnfiltered();
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                java.resolve("bin/java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classes.toString(),
                "dev.sallyport.sandbox.Attacker"));
    command.addAll(calls);
    Confined process = sandbox.start(view.build(), command, Output.PIPE);
    String said = new String(process.output().readAllBytes(), StandardCharsets.US_ASCII);
    int status = process.waitFor();
    return new Answer(said.lines().map(Long::valueOf).toList(), status);
  }

  private static String call(String name, String arguments) throws Exception {
    int number = Profile.SYSCALLS.number(name, Architecture.here()).orElseThrow();
    return number + "," + arguments;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ptrace|0,0,0,0",
        "process_vm_readv|$,@,1,@,1,0",
        "kcmp|$,$,0,0,0",
        "pidfd_getfd|0,0,0",
        "bpf|0,@,64",
        "userfaultfd|0",
        "open_by_handle_at|-100,@,0",
        "keyctl|0,-3,0",
        "setns|0,0",
        "unshare|0x10000000",
        "mount|@,@,@,0,0",
        "move_mount|0,@,0,@,0",
        "fsopen|@,0",
        "chroot|@",
        "init_module|@,0,@",
        "kexec_load|0,0,@,0",
      })
  void callsOfAnAttackerEndIt(String name, String arguments) throws Exception {
    Answer refused = attack(true, List.of(call(name, arguments)));
    assertEquals(KILLED, refused.status());
    assertEquals(List.of(), refused.results());
    Answer open = attack(false, List.of(call(name, arguments)));
    assertEquals(0, open.status(), "without the filter the kernel answers");
    assertEquals(1, open.results().size());
  }

  @Test
  void noSocketOfAnyFamilyButUnix() throws Exception {
    List<String> calls = new ArrayList<>();
    for (int family = 0; family < 46; family++) {
      calls.add(call("socket", family + ",1,0"));
      calls.add(call("socket", family + ",2,0"));
      calls.add(call("socket", family + ",3,0"));
    }
    List<Long> filtered = attack(true, calls).results();
    List<Long> open = attack(false, calls).results();
    assertEquals(calls.size(), filtered.size());
    int opened = 0;
    for (int i = 0; i < calls.size(); i++) {
      if (i / 3 == 1) {
        assertTrue(filtered.get(i) > 0, "unix");
      } else {
        assertEquals(EAFNOSUPPORT, filtered.get(i), calls.get(i));
        opened += open.get(i) > 0 ? 1 : 0;
      }
    }
    assertTrue(opened > 0, "without the filter some family opens: " + open);
  }

  @Test
  void ringsAndCountersOfTheKernelAreRefused() throws Exception {
    List<String> calls =
        List.of(call("io_uring_setup", "4,@"), call("perf_event_open", "@,0,-1,-1,0"));
    assertEquals(List.of((long) EPERM, (long) EPERM), attack(true, calls).results());
    assertNotEquals((long) EPERM, attack(false, calls).results().getFirst());
  }

  @Test
  void noDeviceNodeIsThereAndNoneCanBeMade() throws Exception {
    Confinement view = Confinement.nothing().memory(Path.of("/tmp"), 1 << 20).build();
    String nodes = said(view, "ls /dev | tr '\\n' ' '");
    for (String node : List.of("mem", "kmem", "kvm", "fuse", "vda", "sda", "nvidia0", "loop0")) {
      assertFalse((" " + nodes + " ").contains(" " + node + " "), nodes);
    }
    assertTrue(said(view, "mknod /tmp/mem c 1 1; ls /tmp").contains("not permitted"));
    // Named in the profile, a device is there.
    Profile listed =
        new Profile(
            "x",
            false,
            Profile.runtime().seccomp(),
            Profile.runtime().landlock(),
            Profile.runtime().limits(),
            List.of(Path.of("/dev/zero")));
    assertTrue(said(Confinement.nothing().profile(listed).build(), "ls /dev").contains("zero"));
  }

  @Test
  void nothingIsLoadedIntoItThatNobodyNamed() throws Exception {
    String script = "env | grep -c LD_; ls /etc/ld.so.preload";
    String said = said(Confinement.nothing().build(), script);
    assertTrue(said.startsWith("0"), said);
    assertTrue(said.contains("No such file"), said);
    Confinement open = Confinement.nothing().environment("LD_PRELOAD", "/x.so").build();
    assertTrue(said(open, "env | grep -c LD_").contains("1"), "were it set, it would be seen");
  }

  @Test
  void leavesNoCoreEvenIfItAsksForOne() throws Exception {
    assumeTrue(
        Files.readString(Path.of("/proc/sys/kernel/core_pattern")).matches("core(\\.%p)?\\s*"),
        "skipped: cores do not go to files of the working directory here");
    String crash = "ulimit -c unlimited; kill -ABRT $$";
    Path open = Files.createDirectories(dir.resolve("open"));
    int status =
        new ProcessBuilder("/bin/sh", "-c", crash).directory(open.toFile()).start().waitFor();
    assumeTrue(status == 128 + 6 && !isEmpty(open), "skipped: this user gets no core files anyway");
    Path confined = Files.createDirectories(dir.resolve("confined"));
    Confinement view =
        Confinement.nothing().readWrite(confined, Path.of("/w")).directory(Path.of("/w")).build();
    said(view, crash);
    assertTrue(isEmpty(confined));
  }

  private static boolean isEmpty(Path directory) throws Exception {
    try (var entries = Files.list(directory)) {
      return entries.findAny().isEmpty();
    }
  }

  @Test
  void aSecondSandboxOrMountSeesNothingOfTheFirst() throws Exception {
    Confinement view = Confinement.nothing().memory(Path.of("/plain"), 1 << 20).build();
    Confined first = holder(view);
    try {
      assertEquals("", said(view, "ls /plain"));
      assertFalse(Files.exists(Path.of("/plain")));
      assertFalse(Files.readString(Path.of("/proc/self/mounts")).contains(" /plain "));
    } finally {
      first.kill(LIMIT);
    }
    // On a directory of the host, the second sees what the first wrote, also after its end.
    Confinement shared = Confinement.nothing().readWrite(dir, Path.of("/plain")).build();
    holder(shared).kill(LIMIT);
    assertEquals(SECRET, said(shared, "cat /plain/w"));
  }

  /** Needs root to become somebody else; what root itself can read shows that it is there. */
  @ParameterizedTest
  @CsvSource({"root/plain/w", "fd/5", "cwd/w", "mem", "environ", "maps"})
  void anotherUserOfTheMachineReadsNothingOfIt(String what) throws Exception {
    assumeTrue(System.getProperty("user.name").equals("root"), "skipped: needs root");
    Confinement view =
        Confinement.nothing()
            .memory(Path.of("/plain"), 1 << 20)
            .directory(Path.of("/plain"))
            .build();
    Confined process = holder(view);
    try {
      long inside =
          ProcessHandle.of(process.pid())
              .orElseThrow()
              .descendants()
              .mapToLong(ProcessHandle::pid)
              .max()
              .orElseThrow();
      String path = "/proc/" + inside + "/" + what;
      assertEquals(0, reads(List.of(), path), "it is there: root opens " + path);
      assertNotEquals(
          0,
          reads(List.of("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"), path),
          "another user opened " + path);
    } finally {
      process.kill(LIMIT);
    }
  }

  private static int reads(List<String> as, String path) throws Exception {
    List<String> line = new ArrayList<>(as);
    line.addAll(List.of("/bin/sh", "-c", "exec 3<\"$0\"", path));
    return new ProcessBuilder(line)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  /** A process that holds a secret in its memory file system, open as descriptor 5. */
  private Confined holder(Confinement view) throws Exception {
    String script = "echo " + SECRET + " >/plain/w; exec 5</plain/w; echo up; sleep 600";
    Confined process = sandbox.start(view, List.of("/bin/sh", "-c", script), Output.PIPE);
    InputStream out = process.output();
    assertEquals("up\n", new String(out.readNBytes(3), StandardCharsets.US_ASCII));
    return process;
  }

  private String said(Confinement view, String script) throws Exception {
    Confined process =
        sandbox.start(view, List.of("/bin/sh", "-c", "{ " + script + "; } 2>&1"), Output.PIPE);
    String said = new String(process.output().readAllBytes(), StandardCharsets.UTF_8).strip();
    process.waitFor();
    return said;
  }
}
