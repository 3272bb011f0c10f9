package dev.sallyport.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SandboxTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private Sandbox sandbox;
  @TempDir Path dir;

  @BeforeEach
  void needsBubblewrap() throws Exception {
    sandbox = orSkip();
  }

  /** A sandbox of this machine, where there is one. */
  static Sandbox orSkip() throws Exception {
    try {
      Sandbox here = Sandbox.open();
      here.check();
      return here;
    } catch (SandboxFailure e) {
      return abort("skipped: " + e.getMessage());
    }
  }

  @AfterEach
  void close() {
    if (sandbox != null) {
      sandbox.close();
    }
  }

  private Confined shell(Confinement c, String script) throws Exception {
    return sandbox.start(c, List.of("/bin/sh", "-c", script), Output.PIPE);
  }

  private String run(Confinement c, String script) throws Exception {
    Confined process = shell(c, "{ " + script + "; } 2>&1");
    String said = new String(process.output().readAllBytes(), StandardCharsets.UTF_8).strip();
    process.waitFor();
    return said;
  }

  @Test
  void seesNothingOfTheHostThatWasNotNamed() throws Exception {
    Files.writeString(dir.resolve("secret"), "x");
    Confinement c = Confinement.nothing().build();
    assertTrue(run(c, "cat " + dir.resolve("secret")).contains("No such file"));
    assertEquals("PWD=/", run(c, "env | grep -v ^_="));
    assertTrue(run(c, "touch /x").contains("Read-only"));
    assertTrue(run(c, "ls /proc").contains("No such file"));
    assertEquals("1000", run(c, "id -u"));
  }

  @Test
  void hasNoNetworkUnlessAsked() throws Exception {
    String links = "tail -n +3 /proc/net/dev | wc -l";
    assertEquals("1", run(Confinement.nothing().proc().build(), links));
    assertTrue(run(Confinement.nothing().proc().build(), "grep lo: /proc/net/dev").contains("lo"));
    String host = Files.readString(Path.of("/proc/net/dev"));
    assertEquals(
        Long.toString(host.lines().count() - 2),
        run(Confinement.nothing().proc().profile(Profile.server()).build(), links));
  }

  @Test
  void hasNoCapabilityAndCannotMakeNamespaces() throws Exception {
    Confinement c = Confinement.nothing().proc().build();
    assertTrue(run(c, "grep CapEff /proc/self/status").endsWith("0000000000000000"));
    assertTrue(run(c, "grep NoNewPrivs /proc/self/status").endsWith("1"));
    assertTrue(
        run(c, "bwrap --unshare-user --ro-bind / / true; echo status $?").contains("status 1"));
  }

  @Test
  void isFilteredAlsoWithinAnother() throws Exception {
    String mode = "grep Seccomp: /proc/self/status";
    assertTrue(run(Confinement.nothing().proc().build(), mode).endsWith("2"));
    assertTrue(
        run(Confinement.nothing().proc().profile(Profile.keeper()).build(), mode).endsWith("2"));
    assertTrue(run(Confinement.nothing().proc().insecureUnfiltered().build(), mode).endsWith("0"));
  }

  @Test
  void deadlyCallsEndTheProgramOthersFail() throws Exception {
    String attempt = "unshare --mount true; echo status $?";
    assertTrue(run(Confinement.nothing().build(), attempt).endsWith("status 159"));
    assertTrue(
        run(Confinement.nothing().insecureUnfiltered().build(), attempt).endsWith("status 1"));
    String pipe = "mkfifo /tmp/x; echo status $?";
    Confinement c = Confinement.nothing().memory(Path.of("/tmp"), 1 << 20).build();
    assertTrue(run(c, pipe).contains("Operation not permitted"));
  }

  @Test
  void writesOnlyWhereItMay() throws Exception {
    Path in = Files.createDirectory(dir.resolve("in"));
    Path out = Files.createDirectory(dir.resolve("out"));
    Files.writeString(in.resolve("a"), "read me");
    Confinement c =
        Confinement.nothing()
            .readOnly(in, Path.of("/home/in"))
            .readWrite(out, Path.of("/home/out"))
            .environment("A", "b c")
            .directory(Path.of("/home/out"))
            .build();
    assertEquals("", run(c, "cat /home/in/a > copied; printf %s \"$A\" > env"));
    assertEquals("read me", Files.readString(out.resolve("copied")));
    assertEquals("b c", Files.readString(out.resolve("env")));
    assertTrue(run(c, "touch /home/in/b").contains("Read-only"));
  }

  @Test
  void memoryIsBoundedAndPrivate() throws Exception {
    Confinement c = Confinement.nothing().memory(Path.of("/plain"), 1 << 20).build();
    assertTrue(run(c, "head -c 2000000 /dev/zero > /plain/x").contains("No space left"));
    assertEquals("700", run(c, "stat -c %a /plain"));
  }

  @Test
  void killEndsEverythingInside() throws Exception {
    Confined process =
        shell(Confinement.nothing().build(), "trap '' TERM; sleep 1000 & echo up; sleep 1000");
    InputStream said = process.output();
    assertEquals("up\n", new String(said.readNBytes(3), StandardCharsets.US_ASCII));
    assertTrue(process.kill(LIMIT));
    // The pipe ends only when no process inside holds it any more.
    assertEquals(-1, said.read());
    assertFalse(process.isAlive());
  }

  @Test
  void stopLetsACommandEndItself() throws Exception {
    Confined process =
        shell(
            Confinement.nothing().build(),
            "trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.05; done");
    InputStream said = process.output();
    said.readNBytes(3);
    assertTrue(process.stop(LIMIT));
    assertEquals("bye\n", new String(said.readAllBytes(), StandardCharsets.US_ASCII));
    assertEquals(7, process.waitFor());
  }

  @Test
  void stopKillsACommandThatDoesNotListen() throws Exception {
    Confined process =
        shell(Confinement.nothing().build(), "trap '' TERM; echo up; while :; do sleep 5; done");
    process.output().readNBytes(3);
    assertTrue(process.stop(Duration.ofMillis(200)));
    assertEquals(137, process.waitFor());
  }

  @Test
  void closingTheSandboxKillsWhatDiesWithIt() throws Exception {
    Confined process = shell(Confinement.nothing().build(), "echo up; sleep 1000");
    process.output().readNBytes(3);
    sandbox.close();
    assertEquals(-1, process.output().read());
    assertTrue(process.waitFor(LIMIT).isPresent());
  }

  @Test
  void nestsASandboxWithoutProc() throws Exception {
    Confinement outer = Confinement.nothing().proc().profile(Profile.keeper()).build();
    List<String> inner =
        Bubblewrap.commandLine(
            Path.of("/usr/bin/bwrap"),
            Confinement.nothing().uid(2001).insecureUnfiltered().build(),
            sandbox.landlock(),
            List.of("/usr/bin/id", "-u"));
    Confined process = sandbox.start(outer, inner, Output.PIPE);
    assertEquals("2001\n", new String(process.output().readAllBytes(), StandardCharsets.US_ASCII));
  }

  @Test
  void runsJavaWithoutProc() throws Exception {
    Path home = Path.of(System.getProperty("java.home"));
    Confined process =
        sandbox.start(
            Confinement.nothing().java(home).memory(Path.of("/tmp"), 64 << 20).build(),
            List.of(home.resolve("bin/java").toString(), "-Xmx64m", "-version"),
            Output.TAIL);
    assertEquals(0, process.waitFor(), () -> String.join("\n", process.lastLines()));
  }

  @Test
  void keepsOnlyTheLastLines() throws Exception {
    Confined process =
        sandbox.start(
            Confinement.nothing().build(),
            List.of("/bin/sh", "-c", "seq 1 5000; printf 'a\\033[31mb' >&2"),
            Output.TAIL);
    process.waitFor();
    List<String> lines = process.lastLines();
    assertEquals("a?[31mb", lines.getLast());
    assertEquals("5000", lines.get(lines.size() - 2));
    assertTrue(lines.size() <= 40);
    process.forgetOutput();
    assertEquals(List.of(), process.lastLines());
  }

  @Test
  void saysWhatIsMissing() {
    SandboxFailure none =
        assertThrows(SandboxFailure.class, () -> Sandbox.at(dir.resolve("bwrap")));
    assertEquals(SandboxFailure.Reason.BUBBLEWRAP_MISSING, none.reason());
    assertTrue(none.getMessage().contains("apt-get install bubblewrap"));

    Confinement c = Confinement.nothing().readOnly(dir.resolve("gone"), Path.of("/x")).build();
    SandboxFailure source = assertThrows(SandboxFailure.class, () -> shell(c, "true"));
    assertEquals(SandboxFailure.Reason.SOURCE_MISSING, source.reason());
    assertTrue(source.getMessage().contains("gone"));

    Path deep = dir.resolve("d".repeat(120)).resolve("api.sock");
    SandboxFailure path = assertThrows(SandboxFailure.class, () -> Sandbox.socketPath(deep));
    assertEquals(SandboxFailure.Reason.PATH_TOO_LONG, path.reason());
    assertTrue(path.getMessage().contains("107"));
  }

  @Test
  void explainsRefusedNamespaces() {
    SandboxFailure refused =
        Refusal.explain(List.of("bwrap: setting up uid map: Permission denied"));
    assertEquals(SandboxFailure.Reason.NAMESPACES_REFUSED, refused.reason());
    assertTrue(refused.getMessage().contains("sysctl"));
    assertEquals(
        SandboxFailure.Reason.REFUSED,
        Refusal.explain(List.of("bwrap: execvp x: No such file or directory")).reason());
  }
}
