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
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
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
    assertEquals(2, copy.contents().size());
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
    script("echo exchanged");
    Path serve = Path.of(command.getFirst());
    assertEquals(
        copy.contents().get(serve.toString()), Digest.of(Files.readAllBytes(copy.measured(serve))));
    assertNotEquals(copy.contents().get(serve.toString()), Digest.of(Files.readAllBytes(serve)));
    assertEquals(Path.of("/usr/bin/env"), copy.measured(Path.of("/usr/bin/env")));
    copy.discard();
  }

  /** As in a runtime, but for the filter, which ends whoever traces; and with a {@code /proc}. */
  @Test
  void aProgramThatMayNotBeReadIsNotDumpedNorReadByItsOwnUser() throws Exception {
    try (Sandbox sandbox = SandboxTest.orSkip()) {
      ProgramFiles copy = ProgramFiles.copy(List.of("/usr/bin/sleep"), List.of(), copies);
      Path closed = copies.resolve("executable");
      assertEquals(
          "--x--x--x", PosixFilePermissions.toString(Files.getPosixFilePermissions(closed)));
      String attack =
          "/usr/bin/sleep 60 & cat /usr/bin/sleep >/dev/null && echo read it; "
              + "until [ \"$(cat /proc/$!/comm)\" = sleep ]; do :; done; "
              + "head -c 1 /proc/$!/mem 2>&1 | grep -c Permission; kill $!";
      assertEquals("read it\n0", attacked(sandbox, Confinement.nothing(), attack), "the original");
      Confinement.Builder view = Confinement.nothing();
      copy.mounts().forEach(view::mount);
      assertEquals("1", attacked(sandbox, view, attack), "the copy");
      copy.discard();
    }
  }

  private static String attacked(Sandbox sandbox, Confinement.Builder view, String script)
      throws Exception {
    Confined process =
        sandbox.start(
            view.proc().insecureUnfiltered().insecureUnrestricted().build(),
            List.of("/bin/sh", "-c", script),
            Output.PIPE);
    return new String(process.output().readAllBytes(), StandardCharsets.UTF_8).strip();
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
