package dev.sallyport.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.envelope.FloeParams;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A mounted model next to a read-only ext4 with the same files: {@link Probe} says of both what
 * they do. Needs root and a loop device.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class LikeExt4Test {
  private static final int SEGMENT = 1_048_544;

  /** What differs, and why it stays so. All else is the same. */
  private static final Map<String, String> DIFFERENCES = differences();

  private static Map<String, String> differences() {
    Map<String, String> why = new TreeMap<>();
    // ext4 demands that these fit the blocks of a device. There is none here, so nothing need fit.
    why.put("O_DIRECT at an odd offset", "read");
    why.put("O_DIRECT of an odd length", "read");
    why.put("O_DIRECT to an odd address", "read");
    why.put("ioctl FS_IOC_GETFLAGS", "flags of ext4; we have none");
    why.put("statvfs free blocks", "none: nothing will ever be written here");
    for (String name : List.of("", "model.bin", "empty", "sub", "sub/small.json", "sub/deep")) {
      why.put("stat \"" + name + "\" block size", "1 MiB: reads of a segment cost the least");
    }
    return why;
  }

  @TempDir Path dir;
  private Sealed sealed;
  private Path ext4;

  static Stream<FloeParams> segments() {
    return Stream.of(FloeParams.SEALED, FloeParams.SMALL);
  }

  @BeforeEach
  void files() throws Exception {
    sealed = new Sealed(dir);
    sealed.file("model.bin", 9 * SEGMENT + 4321);
    sealed.file("empty", 0);
    sealed.file("sub/small.json", 4096);
    sealed.file("sub/deep/a b\u00e4.txt", 17);
    for (int i = 0; i < 300; i++) {
      sealed.file("many/part-" + i, i);
    }
    ext4 = Files.createDirectory(dir.resolve("ext4"));
  }

  @AfterEach
  void unmount() throws Exception {
    sealed.close();
    if (!run("mountpoint", "-q", ext4.toString()).contains("status")) {
      assertEquals("", run("umount", ext4.toString()));
    }
    assertEquals(List.of(), List.copyOf(sealed.broken));
    assertEquals(List.of(), List.copyOf(sealed.tampered));
  }

  @ParameterizedTest
  @MethodSource("segments")
  void behavesAsAReadOnlyExt4(FloeParams params) throws Exception {
    mountExt4();
    try (MountedModel mounted = sealed.mount(sealed.seal(params))) {
      Map<String, String> theirs = probe(ext4);
      Map<String, String> ours = probe(mounted.point());
      assertTrue(ours.size() > 400, "lines: " + ours);
      Map<String, String> found = new TreeMap<>();
      theirs.forEach((what, answer) -> {
        if (!answer.equals(ours.get(what))) {
          found.put(what, "ext4 " + answer + ", ours " + ours.get(what));
        }
      });
      assertEquals(theirs.keySet(), ours.keySet());
      assertEquals(String.join("\n", DIFFERENCES.keySet()), lines(found), found.toString());
    }
  }

  private static String lines(Map<String, String> found) {
    return String.join("\n", found.keySet());
  }

  /** Reads what fio wrote and sealed, and verifies it as fio does, with several readers at once. */
  @ParameterizedTest
  @ValueSource(strings = {"psync", "mmap"})
  void fioVerifiesWhatItWrote(String engine) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/fio")), "skipped: fio is not installed");
    Path written = sealed.plain.resolve("verified.bin");
    assertEquals("", fio(written, "--rw=write", "psync", "--do_verify=0"));
    try (MountedModel mounted = sealed.mount(sealed.seal())) {
      Path shown = mounted.point().resolve("verified.bin");
      assertEquals("", fio(shown, "--rw=read", engine, "--readonly", "--numjobs=3"));
      assertEquals("", fio(shown, "--rw=randread", engine, "--readonly", "--numjobs=3"));
    }
  }

  private String fio(Path file, String rw, String engine, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "/usr/bin/fio",
                "--name=verify",
                "--filename=" + file,
                "--size=24m",
                "--bs=64k",
                "--verify=crc32c",
                "--verify_fatal=1",
                "--thread",
                "--minimal",
                "--output=/dev/null",
                "--ioengine=" + engine,
                rw));
    command.addAll(List.of(more));
    return run(command.toArray(new String[0]));
  }

  private Map<String, String> probe(Path root) throws Exception {
    Path classes = Path.of(Probe.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    String said =
        run(
            System.getProperty("java.home") + "/bin/java",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classes.toString(),
            Probe.class.getName(),
            root.toString(),
            Files.createDirectories(dir.resolve("outside")).toString());
    Map<String, String> lines = new LinkedHashMap<>();
    for (String line : said.lines().toList()) {
      int colon = line.indexOf(": ");
      assertTrue(colon > 0, said);
      lines.merge(
          line.substring(0, colon), line.substring(colon + 2), (one, next) -> one + "; " + next);
    }
    return lines;
  }

  private void mountExt4() throws Exception {
    assumeTrue(
        "root".equals(System.getProperty("user.name")), "skipped: only root may mount an ext4");
    Path mkfs = Path.of("/usr/sbin/mkfs.ext4");
    assumeTrue(Files.isExecutable(mkfs), "skipped: mkfs.ext4 is not installed");
    // A sealed model knows no modes: all files are 0444 and all directories 0555.
    assertEquals("", run("chmod", "-R", "a=rX", sealed.plain.toString()));
    Path image = dir.resolve("image");
    try (RandomAccessFile sparse = new RandomAccessFile(image.toFile(), "rw")) {
      sparse.setLength(64 << 20);
    }
    String plain = sealed.plain.toString();
    assertEquals("", run(mkfs.toString(), "-q", "-b", "4096", "-d", plain, image.toString()));
    String options = "loop,nosuid,nodev,noexec,noatime";
    String said = run("mount", "-t", "ext4", "-o", options, image.toString(), ext4.toString());
    assumeTrue(said.isEmpty(), "skipped: no loop device: " + said);
    Files.delete(ext4.resolve("lost+found"));
    assertEquals("", run("chmod", "0555", ext4.toString()));
    assertEquals("", run("mount", "-o", "remount,ro", ext4.toString()));
  }

  /** What a command says; if it fails, that too. */
  private String run(String... command) throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(command).directory(dir.toFile()).redirectErrorStream(true).start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = child.waitFor();
    return status == 0 ? said : said + "status " + status;
  }
}
