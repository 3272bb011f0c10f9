package dev.sallyport.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramFilesTest {
  @TempDir Path dir;
  private Path program;
  private List<String> command;
  private Path copies;

  @BeforeEach
  void program() throws Exception {
    dir = dir.toRealPath();
    program = Files.createDirectories(dir.resolve("engine"));
    Files.createDirectories(program.resolve("lib"));
    Files.writeString(program.resolve("lib/a.txt"), "a");
    Files.createSymbolicLink(program.resolve("link"), Path.of("lib/a.txt"));
    script("echo one");
    command = List.of(program.resolve("serve").toString(), "{model}");
    copies = dir.resolve("copies");
  }

  private void script(String text) throws Exception {
    Path serve = program.resolve("serve");
    Files.writeString(serve, "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(serve, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Map<String, Digest> measured() throws Exception {
    return ProgramFiles.measure(command, List.of(program)).contents();
  }

  @Test
  void aCopyMeasuresAsItsOriginal() throws Exception {
    ProgramFiles copy = ProgramFiles.copy(command, List.of(program), copies);
    assertEquals(measured(), copy.contents());
    assertEquals(
        Set.of(program.toString(), command.getFirst(), "/bin/sh"), copy.contents().keySet());
    assertEquals(
        Digest.of(Files.readAllBytes(program.resolve("serve"))),
        copy.contents().get(command.getFirst()));
    copy.discard();
    assertFalse(Files.exists(copies));
  }

  @Test
  void anyChangeMeasuresDifferently() throws Exception {
    Map<String, Digest> before = measured();
    script("echo two");
    assertNotEquals(before, measured());
    script("echo one");
    assertEquals(before, measured());
    Files.writeString(program.resolve("more"), "");
    assertNotEquals(before, measured());
    Files.delete(program.resolve("more"));
    Files.setPosixFilePermissions(
        program.resolve("lib/a.txt"), PosixFilePermissions.fromString("rwxr-xr-x"));
    assertNotEquals(before, measured());
    Files.setPosixFilePermissions(
        program.resolve("lib/a.txt"), PosixFilePermissions.fromString("rw-r--r--"));
    Files.delete(program.resolve("link"));
    Files.createSymbolicLink(program.resolve("link"), Path.of("/etc/passwd"));
    assertNotEquals(before, measured());
    Files.delete(program.resolve("link"));
    Files.writeString(program.resolve("link"), "a");
    assertNotEquals(before, measured());
  }

  @Test
  void whatRunsIsTheCopyWhateverIsExchanged() throws Exception {
    try (Sandbox sandbox = SandboxTest.orSkip()) {
      ProgramFiles copy = ProgramFiles.copy(command, List.of(program), copies);
      script("echo exchanged");
      Confinement.Builder view = Confinement.nothing();
      copy.mounts().forEach(view::mount);
      assertEquals("one", said(sandbox, view.build()));
      // Without the copy, the exchanged program runs.
      assertEquals(
          "exchanged", said(sandbox, Confinement.nothing().program(program, program).build()));
      copy.discard();
    }
  }

  @Test
  void anExecutableOfTheSystemIsCoveredByItsCopy() throws Exception {
    try (Sandbox sandbox = SandboxTest.orSkip()) {
      ProgramFiles copy = ProgramFiles.copy(List.of("true"), List.of(), copies);
      Path inside = copies.resolve("executable");
      assertEquals(
          Digest.of(Files.readAllBytes(Path.of("/usr/bin/true"))),
          copy.contents().get("/usr/bin/true"));
      Files.delete(inside);
      Files.writeString(inside, "#!/bin/sh\necho the copy\n");
      Files.setPosixFilePermissions(inside, PosixFilePermissions.fromString("r-xr-xr-x"));
      Confinement.Builder view = Confinement.nothing();
      copy.mounts().forEach(view::mount);
      Confined process = sandbox.start(view.build(), List.of("true"), Output.PIPE);
      assertEquals(
          "the copy\n", new String(process.output().readAllBytes(), StandardCharsets.UTF_8));
      copy.discard();
    }
  }

  private String said(Sandbox sandbox, Confinement view) throws Exception {
    Confined process = sandbox.start(view, List.of(command.getFirst()), Output.PIPE);
    return new String(process.output().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  @Test
  void whatMayReadIsTheMeasuredCopyWhateverIsExchanged() throws Exception {
    ProgramFiles copy = ProgramFiles.copy(command, List.of(program), copies);
    Digest before = Digest.of(Files.readAllBytes(Path.of(command.getFirst())));
    script("echo exchanged");
    Digest shell = Digest.of(Files.readAllBytes(Path.of("/bin/sh")));
    assertEquals(Set.of(before, shell), copy.executables());
    copy.discard();
  }

  @Test
  void digestsAreOfTheCopyThatWillRun() throws Exception {
    Path sleep = Path.of("/usr/bin/sleep");
    Path script = Files.writeString(dir.resolve("serve"), "#!/usr/bin/env -S " + sleep + "\n");
    Path link = Files.createSymbolicLink(dir.resolve("link"), script);
    Set<Digest> expected = new HashSet<>();
    for (Path file : List.of(script, Path.of("/usr/bin/env"), sleep)) {
      expected.add(Digest.of(Files.readAllBytes(file)));
    }
    ProgramFiles copy = ProgramFiles.copy(List.of(link.toString()), List.of(), copies);
    Files.writeString(script, "#!/bin/sh\n");
    assertEquals(expected, copy.executables());
    copy.discard();
  }

  @Test
  void everyProgramThatAFirstLineStartsIsMeasured() throws Exception {
    Path second = program.resolve("second");
    Path serve = Path.of(command.getFirst());
    Files.writeString(second, "#!/usr/bin/env -S sleep 1\n");
    Files.writeString(serve, "#! " + second + " -x\nleft alone");
    ProgramFiles copy = ProgramFiles.copy(command, List.of(program), copies);
    Path sleep = Path.of("/usr/bin/sleep");
    assertEquals(
        Map.of(
            program.toString(),
            Tree.read(program, null),
            serve.toString(),
            Digest.of(Files.readAllBytes(serve)),
            second.toString(),
            Digest.of(Files.readAllBytes(second)),
            "/usr/bin/env",
            Digest.of(Files.readAllBytes(Path.of("/usr/bin/env"))),
            sleep.toString(),
            Digest.of(Files.readAllBytes(sleep))),
        copy.contents());
    assertEquals(copy.contents(), measured());
    assertEquals(4, copy.executables().size());
    copy.discard();
  }

  @Test
  void aChangedInterpreterIsAnotherCommand() throws Exception {
    Path interpreter = Files.copy(Path.of("/bin/sh"), program.resolve("sh"));
    Path serve = Path.of(command.getFirst());
    Files.writeString(serve, "#!" + interpreter + "\necho one\n");
    Map<String, Digest> before = ProgramFiles.measure(command, List.of()).contents();
    Files.write(interpreter, new byte[] {0}, StandardOpenOption.APPEND);
    Map<String, Digest> after = ProgramFiles.measure(command, List.of()).contents();
    assertEquals(before.get(serve.toString()), after.get(serve.toString()));
    assertNotEquals(before, after);
  }

  @Test
  void aCommandThatIsNoScriptMeasuresAsItAlwaysDid() throws Exception {
    Digest sleep = Digest.of(Files.readAllBytes(Path.of("/usr/bin/sleep")));
    assertEquals(
        Map.of("/usr/bin/sleep", sleep),
        ProgramFiles.measure(List.of("sleep"), List.of()).contents());
  }

  @Test
  void whatRunsAScriptIsTheCopyOfItsInterpreter() throws Exception {
    try (Sandbox sandbox = SandboxTest.orSkip()) {
      Path interpreter = Files.copy(Path.of("/bin/sh"), program.resolve("sh"));
      Path serve = Path.of(command.getFirst());
      Files.writeString(serve, "#!" + interpreter + "\necho one\n");
      ProgramFiles copy = ProgramFiles.copy(command, List.of(), copies);
      Files.copy(Path.of("/usr/bin/true"), interpreter, StandardCopyOption.REPLACE_EXISTING);
      Confinement.Builder view = Confinement.nothing();
      copy.mounts().forEach(view::mount);
      assertEquals("one", said(sandbox, view.build()));
      assertEquals("", said(sandbox, Confinement.nothing().program(program, program).build()));
      copy.discard();
    }
  }

  @Test
  void scriptsThatGoRoundInCirclesAreRefused() throws Exception {
    Files.writeString(Path.of(command.getFirst()), "#!" + command.getFirst() + "\n");
    BadInput bad =
        assertThrows(BadInput.class, () -> ProgramFiles.copy(command, List.of(), copies));
    assertTrue(bad.getMessage().contains("interpreters in turn"), bad.getMessage());
    assertFalse(Files.exists(copies), "nothing stays behind");
  }

  @Test
  void whoeverExchangesLinksAndFilesMeanwhileChangesNothingThatWasMeasured() throws Exception {
    Path secret = Files.writeString(dir.resolve("secret"), "x".repeat(1 << 20));
    Path target = program.resolve("lib/a.txt");
    AtomicBoolean done = new AtomicBoolean();
    Thread racer = Thread.ofPlatform().start(() -> exchange(target, secret, done));
    try {
      int copied = 0;
      for (int i = 0; i < 100; i++) {
        try {
          ProgramFiles copy = ProgramFiles.copy(command, List.of(program), copies);
          copied++;
          assertEquals(
              copy.contents().get(program.toString()), Tree.read(copies.resolve("bind-0"), null));
          assertNotEquals(
              1 << 20, size(copies.resolve("bind-0/lib/a.txt")), "the link was followed");
          copy.discard();
        } catch (IOException | BadInput lostTheRace) {
          assertFalse(Files.exists(copies), "nothing stays behind");
        }
      }
      assertTrue(copied > 0, "no copy was made at all");
    } finally {
      done.set(true);
      racer.join();
    }
  }

  private static long size(Path file) throws IOException {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? Files.size(file) : -1;
  }

  /** Makes a file a link to the secret and back, as fast as it can. */
  private static void exchange(Path target, Path secret, AtomicBoolean done) {
    Path link = target.resolveSibling("link-to-come");
    Path file = target.resolveSibling("file-to-come");
    try {
      while (!done.get()) {
        Files.createSymbolicLink(link, secret);
        Files.move(link, target, StandardCopyOption.ATOMIC_MOVE);
        Files.writeString(file, "a");
        Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aDirectoryThatBecameALinkIsRefused() throws Exception {
    Path secret = Files.createDirectories(dir.resolve("secret"));
    Files.writeString(secret.resolve("key"), "x");
    Path link = Files.createSymbolicLink(dir.resolve("bind"), secret);
    assertThrows(BadInput.class, () -> ProgramFiles.copy(List.of("true"), List.of(link), copies));
    assertFalse(Files.exists(copies), "nothing stays behind");
  }

  @Test
  void linksInsideAreCopiedAsLinksAndNeverFollowed() throws Exception {
    Path secret = Files.createDirectories(dir.resolve("secret"));
    Files.writeString(secret.resolve("key"), "x");
    Files.createSymbolicLink(program.resolve("way"), secret);
    ProgramFiles copy = ProgramFiles.copy(command, List.of(program), copies);
    assertTrue(Files.isSymbolicLink(copies.resolve("bind-0/way")));
    copy.discard();
    assertTrue(Files.exists(secret.resolve("key")), "discarding follows no link either");
  }

  @Test
  void saysWhatIsNotAnExecutable() {
    for (String word : List.of("no-such-program", "bin/x", "/usr/../bin/true", "/usr/bin")) {
      BadInput bad =
          assertThrows(BadInput.class, () -> ProgramFiles.measure(List.of(word), List.of()));
      assertTrue(bad.getMessage().contains(word), bad.getMessage());
    }
  }
}
