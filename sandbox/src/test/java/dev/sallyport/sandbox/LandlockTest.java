package dev.sallyport.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a runtime that was taken over cannot do because of Landlock. Each attack is also made
 * without it, where it succeeds; the filter is off where it would stop the attack first.
 */
class LandlockTest {
  private static final String DENIED = "13";
  private static final String NOT_PERMITTED = "1";

  private Sandbox sandbox;
  @TempDir Path dir;

  @BeforeEach
  void needsLandlock() throws Exception {
    sandbox = SandboxTest.orSkip();
  }

  @AfterEach
  void close() {
    sandbox.close();
  }

  private void needs(int version) throws Exception {
    int here = sandbox.landlock();
    assumeTrue(here >= version, "skipped: Landlock " + here + " here, needs " + version);
  }

  private static Confinement.Builder view() {
    return Confinement.nothing().memory(Path.of("/tmp"), 8 << 20);
  }

  private String said(Confinement view, List<String> command) throws Exception {
    Confined process = sandbox.start(view, command, Output.PIPE);
    String said = new String(process.output().readAllBytes(), StandardCharsets.UTF_8).strip();
    process.waitFor();
    return said;
  }

  private String shell(Confinement.Builder view, String script) throws Exception {
    return said(view.build(), List.of("/bin/sh", "-c", "{ " + script + "; } 2>&1"));
  }

  /** The errno of this expression of Perl, 0 if it is true. */
  private String errno(Confinement.Builder view, String expression) throws Exception {
    String program = "use Socket; print((" + expression + ") ? 0 : $! + 0)";
    return said(view.build(), List.of("/usr/bin/perl", "-MFcntl", "-e", program));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/tmp", "/dev/shm", "/sock"})
  void executesNothingThatItWrote(String place) throws Exception {
    needs(1);
    String script = "cp /usr/bin/true " + place + "/x && " + place + "/x; echo $?";
    Path sock = Files.createDirectories(dir.resolve("sock"));
    String open = shell(view().readWrite(sock, Path.of("/sock")).insecureUnrestricted(), script);
    assertEquals("0", open, "without Landlock");
    Files.deleteIfExists(sock.resolve("x"));
    assertTrue(shell(view().readWrite(sock, Path.of("/sock")), script).endsWith("126"));
  }

  @Test
  void executesNothingOfTheModel() throws Exception {
    needs(1);
    Path model = Files.createDirectories(dir.resolve("model"));
    Files.copy(Path.of("/usr/bin/true"), model.resolve("x"));
    Files.setPosixFilePermissions(model.resolve("x"), PosixFilePermissions.fromString("r-xr-xr-x"));
    Path inside = Path.of("/model");
    assertEquals(
        "0", shell(view().readOnly(model, inside).insecureUnrestricted(), "/model/x; echo $?"));
    assertTrue(shell(view().readOnly(model, inside), "/model/x; echo $?").endsWith("126"));
    assertEquals("0", shell(view().program(model, inside), "/model/x; echo $?"));
  }

  @Test
  void writesNowhereButWhereItMay() throws Exception {
    needs(1);
    String script = "mkdir /dev/hidden; echo $?";
    assertEquals("0", shell(view().insecureUnrestricted(), script), "without Landlock");
    assertTrue(shell(view(), script).contains("Permission denied"));
    assertEquals(
        "here", shell(view(), "echo here >/tmp/x; cat /tmp/x >/dev/shm/y; cat /dev/shm/y"));
  }

  @Test
  void whatTheViewShowsByMistakeIsNotReadEither() throws Exception {
    needs(1);
    Files.writeString(dir.resolve("secret"), "x");
    Path inside = Path.of("/shown");
    Landlock runtime = Profile.runtime().landlock().orElseThrow();
    Landlock nothing =
        new Landlock(
            runtime.programs(),
            Set.of(),
            runtime.readWrite(),
            runtime.dev(),
            runtime.devices(),
            runtime.network(),
            runtime.scoped());
    assertEquals("x", shell(view().readOnly(dir, inside), "cat /shown/secret"));
    String said = shell(view().readOnly(dir, inside).profile(with(nothing)), "cat /shown/secret");
    assertTrue(said.contains("Permission denied"), said);
  }

  private static Profile with(Landlock landlock) {
    Profile runtime = Profile.runtime();
    return new Profile(
        "x", false, runtime.seccomp(), Optional.of(landlock), runtime.limits(), runtime.devices());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // Refused by nobody listening, without Landlock.
        "connect(S, sockaddr_in(9, INADDR_LOOPBACK))|111",
        "bind(S, sockaddr_in(0, INADDR_LOOPBACK))|0",
      })
  void usesNoTcpEvenIfAFilterLetItOpenASocket(String call, String open) throws Exception {
    needs(4);
    String attempt = "socket(S, PF_INET, SOCK_STREAM, 0) && " + call;
    assertEquals("97", errno(view().insecureUnrestricted(), attempt), "the filter alone");
    assertEquals(open, errno(view().insecureUnfiltered().insecureUnrestricted(), attempt));
    assertEquals(DENIED, errno(view().insecureUnfiltered(), attempt), "Landlock alone");
  }

  @Test
  void talksToNoDeviceThatIsNotListed() throws Exception {
    needs(5);
    String attempt = "open(F, '<', '/dev/zero') && ioctl(F, 0x5413, my $b = 'x' x 64)";
    assertEquals("25", errno(view().insecureUnrestricted(), attempt), "the device answers");
    assertEquals(DENIED, errno(view(), attempt));
  }

  @Test
  void signalsNobodyOutside() throws Exception {
    needs(6);
    // The init of its namespace, which started it, is not restricted.
    assertEquals("0", errno(view().insecureUnrestricted(), "kill(0, 1)"));
    assertEquals(NOT_PERMITTED, errno(view(), "kill(0, 1)"));
    assertEquals("0", errno(view(), "kill(0, $$)"));
  }

  @Test
  void reachesNoAbstractSocketEvenIfItHadTheNetwork() throws Exception {
    needs(6);
    String name = "sallyport-test-" + ProcessHandle.current().pid();
    String address = "sockaddr_un(\"\\0" + name + "\")";
    String listen =
        "use Socket; socket(S, PF_UNIX, SOCK_STREAM, 0) and bind(S, "
            + address
            + ") and listen(S, 9) or die; $| = 1; print 'up'; sleep 600";
    Process outside = new ProcessBuilder("/usr/bin/perl", "-e", listen).start();
    try {
      assertEquals(
          "up", new String(outside.getInputStream().readNBytes(2), StandardCharsets.US_ASCII));
      String attempt = "socket(S, PF_UNIX, SOCK_STREAM, 0) && connect(S, " + address + ")";
      Confinement.Builder networked = view().profile(Profile.server());
      assertEquals("0", errno(networked.insecureUnrestricted(), attempt), "without Landlock");
      assertEquals(NOT_PERMITTED, errno(view().profile(Profile.server()), attempt));
    } finally {
      outside.destroyForcibly().waitFor();
    }
  }

  @Test
  void whatCannotBeRestrictedIsNotStarted() throws Exception {
    needs(1);
    Seccomp seccomp = Profile.runtime().seccomp();
    Set<String> fewer = new java.util.HashSet<>(seccomp.allow());
    fewer.remove("landlock_restrict_self");
    Profile profile =
        new Profile(
            "x",
            false,
            new Seccomp(fewer, seccomp.kill(), seccomp.sockets(), false),
            Profile.runtime().landlock(),
            Profile.runtime().limits(),
            List.of());
    Confined process =
        sandbox.start(
            view().profile(profile).build(), List.of("/bin/echo", "started"), Output.TAIL);
    assertEquals(125, process.waitFor());
    assertEquals(List.of("landlock: restriction: Operation not permitted"), process.lastLines());
  }

  @Test
  void aKernelThatLostItIsNoticed() throws Exception {
    needs(1);
    List<String> line = new ArrayList<>(launcher(sandbox.landlock()));
    line.set(3, "99");
    line.addAll(List.of("/bin/echo", "started"));
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(125, process.waitFor());
    assertTrue(said.startsWith("landlock: version is below 99"), said);
  }

  private List<String> launcher(int version) throws Exception {
    Confinement view = view().build();
    Landlock landlock = view.profile().landlock().orElseThrow();
    return landlock.launcher(view, List.of(Path.of("/usr")), version);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1|8191|0|0",
        "2|16383|0|0",
        "3|32767|0|0",
        "4|32767|3|0",
        "5|65535|3|0",
        "6|65535|3|3",
        "7|65535|3|3",
      })
  void asksOfAKernelWhatItKnows(int version, long files, long tcp, long scopes) throws Exception {
    List<String> line = launcher(version);
    assertEquals(
        List.of(files, tcp, scopes), line.subList(5, 8).stream().map(Long::valueOf).toList());
    for (String rights : line.subList(8, line.size() - 1)) {
      boolean path = rights.startsWith("/");
      assertTrue(path || (Long.parseLong(rights) & ~files) == 0, rights);
    }
  }

  @Test
  void withoutItNothingIsPutBeforeTheCommand() throws Exception {
    assertEquals(List.of(), launcher(0));
    List<String> line =
        Bubblewrap.commandLine(Path.of("/usr/bin/bwrap"), view().build(), 0, List.of("x"));
    assertFalse(line.contains(Script.PERL.toString()));
  }
}
