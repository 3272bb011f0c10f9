package dev.sallyport.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two runtimes under two users of the host, started by a sandbox that has a range to give. */
class UidRangeTest {
  private static final Path BWRAP = Path.of("/usr/bin/bwrap");

  private Sandbox sandbox;
  private UidRange range;
  @TempDir Path dir;

  @BeforeEach
  void needsARange() throws Exception {
    sandbox = SandboxTest.orSkip();
    range =
        UidRange.here()
            .orElseGet(() -> abort("skipped: no range in /etc/subuid and /etc/subgid, not root"));
    assumeTrue(
        keeper("echo mapped", List.of()).equals("mapped"), "skipped: no range can be mapped here");
  }

  @AfterEach
  void close() {
    if (sandbox != null) {
      sandbox.close();
    }
  }

  /** What a keeper that hands out users says when it runs this script of the shell. */
  private String keeper(String script, List<String> arguments) throws Exception {
    Confinement view =
        Confinement.nothing()
            .profile(Profile.keeper())
            .proc()
            .range(range)
            .memory(Path.of("/mnt"), 1 << 20)
            .readWrite(dir, dir)
            .build();
    List<String> command = new ArrayList<>(UidRange.own(1000, range.count()));
    command.addAll(List.of("/bin/sh", "-c", "{ " + script + "; } 2>&1", "sh"));
    command.addAll(arguments);
    Confined process = sandbox.start(view, command, Output.PIPE);
    String said = new String(process.output().readAllBytes(), StandardCharsets.UTF_8).strip();
    process.waitFor();
    return said.isEmpty() ? String.join("\n", process.lastLines()) : said;
  }

  /** The command line of a runtime under this user. */
  private List<String> runtime(int owner, String script) throws Exception {
    Confinement view =
        Confinement.nothing()
            .owner(owner)
            .uid(2001)
            .insecureUnfiltered()
            .readOnly(Path.of("/mnt"), Path.of("/model"))
            .readWrite(dir, Path.of("/sock"))
            .build();
    // Sources are looked for where the keeper is, not here.
    return Bubblewrap.commandLine(BWRAP, view, 0, List.of("/bin/sh", "-c", script));
  }

  @Test
  void eachRuntimeIsAnotherUserAndReadsOnlyItsOwnFiles() throws Exception {
    int one = UidRange.INSIDE + 1;
    int two = UidRange.INSIDE + 2;
    String script =
        "chmod 711 /mnt; for n in "
            + one
            + " "
            + two
            + "; do echo of $n >/mnt/$n; chmod 400 /mnt/$n; chown $n:$n /mnt/$n; done; \"$@\"";
    String look = "id -u; grep -c . /model/" + one + "; cat /model/" + two;
    assertEquals(
        "2001\n1\ncat: /model/" + two + ": Permission denied", keeper(script, runtime(one, look)));
    // Without a user of its own, the keeper reads both: that is what keeps them apart.
    String both = keeper(script, List.of("cat", "/mnt/" + one, "/mnt/" + two));
    assertEquals("of " + one + "\nof " + two, both);
  }

  /** As if the programs were installed there. */
  @Test
  void aRuntimeReachesWhatLiesBelowTmpAndListsNothing() throws Exception {
    Path below = Path.of("/tmp/programs/x");
    Files.writeString(dir.resolve("program"), "here");
    Files.setPosixFilePermissions(
        dir, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    String look = "cat " + below + "/program; ls /tmp";
    Confinement passable = view().temporary(1 << 20).readOnly(dir, below).build();
    assertEquals(
        "here" + "ls: cannot open directory '/tmp': Permission denied", asUser(passable, look));
    Confinement closed = view().memory(Path.of("/tmp"), 1 << 20).readOnly(dir, below).build();
    assertTrue(asUser(closed, look).startsWith("cat: "), "without the way through");
  }

  private Confinement.Builder view() {
    return Confinement.nothing().profile(Profile.keeper()).proc().range(range);
  }

  private String asUser(Confinement view, String script) throws Exception {
    String one = Integer.toString(UidRange.INSIDE + 1);
    List<String> command = new ArrayList<>(UidRange.own(1000, range.count()));
    command.addAll(List.of("setpriv", "--reuid", one, "--regid", one, "--clear-groups"));
    command.addAll(List.of("--inh-caps=-all", "--ambient-caps=-all", "--"));
    command.addAll(List.of("/bin/sh", "-c", "{ " + script + "; } 2>&1"));
    Confined process = sandbox.start(view, command, Output.PIPE);
    String said = new String(process.output().readAllBytes(), StandardCharsets.UTF_8).strip();
    process.waitFor();
    return said;
  }

  @Test
  void hasNoCapabilityAndTheHostSeesItsOwnNumber() throws Exception {
    Files.setPosixFilePermissions(
        dir, java.nio.file.attribute.PosixFilePermissions.fromString("rwx-wx-wx"));
    int one = UidRange.INSIDE + 1;
    String said = keeper("\"$@\"", runtime(one, "touch /sock/x; kill -0 1; echo $?"));
    assertEquals("0", said);
    assertEquals(
        (int) (range.users() + 1),
        Files.getAttribute(dir.resolve("x"), "unix:uid"),
        "host's number");
    assertEquals("rw-rw-rw-", permissions(dir.resolve("x")));
    assertTrue(keeper("grep CapEff /proc/self/status", List.of()).endsWith("1ffffffffff"));
  }

  private static String permissions(Path file) throws Exception {
    return java.nio.file.attribute.PosixFilePermissions.toString(
        Files.getPosixFilePermissions(file));
  }

  @Test
  void readsSubordinateIds() throws Exception {
    Path file =
        Files.writeString(dir.resolve("subuid"), "bob:100000:65536\nann:x:1\n1007:300000:70\n");
    assertEquals(
        Optional.of(new UidRange.Subordinate(100_000, 65_536)), UidRange.find(file, "bob", 5));
    assertEquals(
        Optional.of(new UidRange.Subordinate(300_000, 70)), UidRange.find(file, "eve", 1007));
    assertEquals(Optional.empty(), UidRange.find(file, "ann", 6));
    assertEquals(Optional.empty(), UidRange.find(dir.resolve("none"), "bob", 5));
  }
}
