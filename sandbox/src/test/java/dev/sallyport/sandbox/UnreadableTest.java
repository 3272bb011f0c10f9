package dev.sallyport.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What one process of a runtime cannot do to another of the same user, even if the filter and
 * Landlock were off and it had a {@code /proc}: the programs of its command may be executed and not
 * read. Each attack is also made on the originals, where it succeeds.
 */
class UnreadableTest {
  /** Waits until its child executes a program, then reads, copies and traces it. */
  private static final String ATTACK =
      """
      my ($comm, @command) = @ARGV;
      my $pid = fork();
      if ($pid == 0) {
        open(STDOUT, '>', '/dev/null');
        exec { $command[0] } @command or die $!;
      }
      for (my $is = ''; $is ne $comm;) {
        open(my $f, '<', "/proc/$pid/comm") or die $!;
        chomp($is = <$f> // '');
      }
      my $page = "\\0" x 16;
      my $at = 0;
      if (open(my $maps, '<', "/proc/$pid/maps")) {
        $at = hex($1) if (<$maps> // '') =~ /^([0-9a-f]+)/;
        if (open(my $mem, '<', "/proc/$pid/mem")) {
          sysseek($mem, $at, 0) and sysread($mem, $page, 16) and print "read ";
        }
      }
      my $to = pack("QQ", unpack("Q", pack("P", $page)), 16);
      my $from = pack("QQ", $at, 16);
      my $copied = syscall(READV, $pid, $to, 1, $from, 1, 0);
      print "copied " if $copied == 16;
      print "traced " if syscall(PTRACE, 16, $pid, 0, 0) == 0;
      print $copied < 0 ? "refused: $!" : "";
      kill(9, $pid);
      """;

  private static final String OPEN = "read copied traced";
  private static final String SHUT = "refused: Operation not permitted";

  private Sandbox sandbox;
  @TempDir Path dir;

  @BeforeEach
  void open() throws Exception {
    sandbox = SandboxTest.orSkip();
    dir = dir.toRealPath();
  }

  @AfterEach
  void close() {
    sandbox.close();
  }

  private static String number(String call) throws Exception {
    return Integer.toString(Profile.SYSCALLS.number(call, Architecture.here()).orElseThrow());
  }

  private String attacked(Confinement.Builder view, String executing, List<String> command)
      throws Exception {
    String script =
        ATTACK.replace("READV", number("process_vm_readv")).replace("PTRACE", number("ptrace"));
    List<String> line = new ArrayList<>(List.of("/usr/bin/perl", "-e", script, executing));
    line.addAll(command);
    Confined process =
        sandbox.start(
            view.proc().insecureUnfiltered().insecureUnrestricted().build(), line, Output.PIPE);
    String said = new String(process.output().readAllBytes(), StandardCharsets.UTF_8).strip();
    process.waitFor();
    return said + String.join("\n", process.lastLines());
  }

  /** The copies lie over their originals; without them the attack succeeds. */
  private void protects(Confinement.Builder open, String executing, List<String> command)
      throws Exception {
    assertEquals(OPEN, attacked(open, executing, command), "the originals");
    ProgramFiles copy = ProgramFiles.copy(List.of(command.getFirst()), List.of(), dir("copies"));
    copy.mounts().forEach(open::mount);
    assertEquals(SHUT, attacked(open, executing, command), "the copies");
    copy.discard();
  }

  private Path dir(String name) {
    return dir.resolve(name);
  }

  private Confinement.Builder view() {
    return Confinement.nothing().environment("PATH", "/usr/bin:/bin");
  }

  private List<String> script(String text) throws Exception {
    Path script = Files.writeString(dir("serve"), text);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    return List.of(script.toString());
  }

  @Test
  void aProgramIsNeitherReadNorTracedByItsOwnUser() throws Exception {
    protects(view(), "sleep", List.of("/usr/bin/sleep", "60"));
  }

  @Test
  void theInterpreterOfAScriptIsNeitherReadNorTraced() throws Exception {
    List<String> command = script("#!/bin/sh\nsleep 60\nexit\n");
    protects(view().program(dir("serve"), dir("serve")), "serve", command);
  }

  @Test
  void whatEnvStartsIsNeitherReadNorTraced() throws Exception {
    List<String> command = script("#!/usr/bin/env bash\nsleep 60\nexit\n");
    protects(view().program(dir("serve"), dir("serve")), "bash", command);
  }

  @Test
  void theJavaOfTheEmbeddedServerIsNeitherReadNorTraced() throws Exception {
    Path home = Path.of(System.getProperty("java.home"));
    String java = home.resolve("bin/java").toString();
    protects(view().java(home), "java", List.of(java, "-Xmx32m", "-XshowSettings:all", "-version"));
  }

  /** Of a JVM that cannot read its own launcher, without a {@code /proc}, as in a runtime. */
  @Test
  void javaRunsFromACopyThatItCannotRead() throws Exception {
    Path home = Path.of(System.getProperty("java.home"));
    String java = home.resolve("bin/java").toString();
    ProgramFiles copy = ProgramFiles.copy(List.of(java), List.of(), dir("copies"));
    Confinement.Builder view = view().java(home).memory(Path.of("/tmp"), 64 << 20);
    copy.mounts().forEach(view::mount);
    Confined unreadable =
        sandbox.start(
            view.build(), List.of("/bin/sh", "-c", "cat " + java + " || exit 7"), Output.TAIL);
    assertEquals(7, unreadable.waitFor());
    Confined process =
        sandbox.start(view.build(), List.of(java, "-Xmx64m", "-version"), Output.TAIL);
    assertEquals(0, process.waitFor(), () -> String.join("\n", process.lastLines()));
    copy.discard();
  }
}
