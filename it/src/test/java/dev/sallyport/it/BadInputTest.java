package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever is wrong with the machine or the input gets its one clear line and its own status. */
class BadInputTest {

  @Test
  void anOccupiedPortIsNamed() throws Exception {
    try (Installation house = Installation.empty();
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      house.run("init", "--port", Integer.toString(port)).ok();
      refused(house.run("up"), Integer.toString(port));
    }
  }

  @Test
  void aSecondInitDoesNotTouchTheFirst() throws Exception {
    try (Installation house = Installation.initialised()) {
      byte[] before = Files.readAllBytes(house.home().resolve("trust-root.json"));
      refused(house.run("init"), "exists");
      assertTrue(
          java.util.Arrays.equals(
              before, Files.readAllBytes(house.home().resolve("trust-root.json"))));
    }
  }

  @Test
  void commandsWithoutAnInstallationSayInit() throws Exception {
    try (Installation house = Installation.empty()) {
      refused(house.run("up"), "init");
      refused(house.run("status"), "");
    }
  }

  @Test
  void aSecondUpOnOneHomeIsRefused() throws Exception {
    try (Installation house = Installation.initialised()) {
      house.up();
      refused(house.run("up"), "already");
    }
  }

  @Test
  void aMissingBubblewrapIsNamedWithThePackage() throws Exception {
    assumeTrue(Files.exists(Path.of("/usr/bin/bwrap")), "bubblewrap is not at /usr/bin/bwrap");
    try (Installation house = Installation.initialised()) {
      // In a view of this machine that has everything but bubblewrap.
      Installation.Ran ran =
          house.shell(
              "bwrap",
              "--dev-bind",
              "/",
              "/",
              "--ro-bind",
              "/dev/null",
              "/usr/bin/bwrap",
              Installation.ROOT.resolve("sallyport").toString(),
              "up",
              "--home",
              house.home().toString(),
              "--json");
      refused(ran, "bubblewrap");
    }
  }

  @Test
  void forbiddenUserNamespacesAreNamedWithTheSetting() throws Exception {
    try (Installation house = Installation.initialised()) {
      Installation.Ran ran =
          house.shell(
              "bwrap",
              "--unshare-user",
              "--uid",
              "1000",
              "--gid",
              "1000",
              "--disable-userns",
              "--dev-bind",
              "/",
              "/",
              Installation.ROOT.resolve("sallyport").toString(),
              "up",
              "--home",
              house.home().toString(),
              "--json");
      refused(ran, "namespaces");
    }
  }

  @Test
  void aJdkThatIsTooOldIsNamed() throws Exception {
    Path old = Path.of("/usr/lib/jvm/java-17-openjdk-amd64");
    assumeTrue(Files.isDirectory(old), "no JDK 17 on this machine to be refused");
    try (Installation house = Installation.empty()) {
      house.environment().put("HOME", house.dir().toString());
      house.environment().put("JAVA_HOME", old.toString());
      house.environment().put("SALLYPORT_JAVA_HOME", "");
      Installation.Ran ran =
          house.shell(
              "bwrap",
              "--dev-bind",
              "/",
              "/",
              "--tmpfs",
              "/usr/lib/jvm",
              "--ro-bind",
              old.toString(),
              old.toString(),
              Installation.ROOT.resolve("sallyport").toString(),
              "--help");
      assertEquals(69, ran.exit());
      assertTrue(ran.err().contains("JDK 25"), ran.err());
      assertEquals(1, ran.err().lines().count(), ran.err());
    }
  }

  @Test
  void whatCannotBeSealedIsRefusedAndLeavesNothing() throws Exception {
    try (Installation house = Installation.initialised()) {
      house.up();
      Path dir = Files.createDirectory(house.dir().resolve("model"));
      refused(seal(house, house.dir().resolve("missing")), "missing");
      refused(seal(house, dir), "");
      Files.write(dir.resolve("weights.bin"), new byte[100]);
      Files.createSymbolicLink(dir.resolve("link"), Path.of("/etc/passwd"));
      refused(seal(house, dir), "link");
      Files.delete(dir.resolve("link"));
      Installation.Ran wrongKey =
          house.run(
              "seal",
              dir.toString(),
              "--model",
              "m",
              "--key",
              house.home().resolve("trust-root.json").toString());
      refused(wrongKey, "key");
      assertFalse(Files.exists(house.home().resolve("vault/m")), "something was published");
    }
  }

  @Test
  void aFullDiskStopsTheSealingAndLosesNothing() throws Exception {
    try (Installation house = Installation.initialised()) {
      house.up();
      Path big = house.dir().resolve("big.bin");
      // Larger than any vault: sparse, so it costs nothing to make.
      try (var file = new java.io.RandomAccessFile(big.toFile(), "rw")) {
        file.setLength(1L << 43);
      }
      refused(seal(house, big), "space");
      assertTrue(house.isUp());
      house.stopUp();
      house.run("log", "verify").ok();
    }
  }

  @Test
  void aSealedModelThatWasTamperedWithDoesNotRun() throws Exception {
    try (Installation house = Installation.initialised()) {
      house.up();
      house.seal();
      house.evidence();
      house.release();
      Path biggest = biggestFile(house.home().resolve("vault"));
      byte[] good = Files.readAllBytes(biggest);
      byte[] flipped = good.clone();
      flipped[flipped.length / 2] ^= 1;
      byte[] truncated = java.util.Arrays.copyOf(good, good.length - 1);
      Set<Path> before = files(house.home().resolve("vault"));
      for (byte[] bad : List.of(flipped, truncated)) {
        Files.write(biggest, bad);
        Installation.Ran ran = house.run("run", Installation.MODEL, "--as", "sysadmin");
        refused(ran, "");
        assertFalse(ran.err().contains(house.home().toString()), "path in message: " + ran.err());
      }
      Files.write(biggest, good);
      assertEquals(before, files(house.home().resolve("vault")));
      house.run("run", Installation.MODEL, "--as", "sysadmin").ok();
    }
  }

  @Test
  void evidenceOfAKindThatThePolicyDoesNotTakeIsRefusedBeforeItIsSigned() throws Exception {
    try (Installation house = Installation.initialised()) {
      house.up();
      house.seal();
      long entries = house.run("log", "verify").json().integer("entries");
      Installation.Ran ran = house.control("isolation-drill", "statement");
      assertEquals(64, ran.exit());
      refused(ran, "one of these does: drill");
      assertEquals(entries, house.run("log", "verify").json().integer("entries"));
      refused(
          house.run("evidence", "add", "--area", "x", "--kind", "drill", "--as", "assessor1"),
          "--kind and --document are said of a control");
    }
  }

  @Test
  void unknownCommandsOptionsAndPeopleAreUsageErrors() throws Exception {
    try (Installation house = Installation.initialised()) {
      house.up();
      for (List<String> command :
          List.of(
              List.of("frobnicate"),
              List.of("seal"),
              List.of("release", "approve", "nonsense", "--as", "sec1", "--yes"),
              List.of("principals", "add", "x", "--tier", "king", "--as", "sysadmin"),
              List.of("evidence", "import", "/nonexistent", "--as", "assessor1"))) {
        Installation.Ran ran = house.run(command.toArray(String[]::new));
        assertNotEquals(0, ran.exit(), command + "");
        assertFalse(ran.err().contains("\tat "), "stack trace for " + command);
        assertFalse(ran.err().isBlank(), "no message for " + command);
      }
      refused(house.run("principals", "add", "x", "--tier", "limited", "--as", "nobody"), "nobody");
      // The wrong person: an assessor adds no users.
      refused(
          house.run("principals", "add", "x", "--tier", "limited", "--as", "assessor1"), "system");
      assertTrue(house.isUp());
    }
  }

  private static Installation.Ran seal(Installation house, Path source) throws Exception {
    return house.run("seal", source.toString(), "--model", "m", "--as", "sysadmin");
  }

  /** One line that names the thing, a status of its own, no stack trace. */
  private static void refused(Installation.Ran ran, String word) {
    assertNotEquals(0, ran.exit(), "it succeeded: " + ran.out());
    String err = ran.err().strip();
    assertTrue(err.contains(word), "\"" + word + "\" is not in: " + err);
    assertFalse(err.contains("\tat "), "stack trace: " + err);
    assertFalse(err.isBlank(), "no message; out: " + ran.out());
    assertTrue(err.lines().count() <= 2, "more than a line: " + err);
  }

  private static Path biggestFile(Path dir) throws Exception {
    Path biggest = dir;
    for (Path file : files(dir)) {
      if (biggest.equals(dir) || Files.size(file) > Files.size(biggest)) {
        biggest = file;
      }
    }
    return biggest;
  }

  private static Set<Path> files(Path dir) throws Exception {
    try (Stream<Path> all = Files.walk(dir)) {
      return new HashSet<>(all.filter(Files::isRegularFile).toList());
    }
  }
}
