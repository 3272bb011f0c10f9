package dev.sallyport.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.BadInput;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a runtime does with a device that a profile gives it, and with one that it does not. */
class DeviceTest {
  private static final Path HWRNG = Path.of("/dev/hwrng");

  private Sandbox sandbox;
  @TempDir Path dir;

  @BeforeEach
  void open() throws Exception {
    sandbox = SandboxTest.orSkip();
  }

  @AfterEach
  void close() {
    sandbox.close();
  }

  /** A node that answers like /dev/zero. */
  private Path node(String name) throws Exception {
    Path node = dir.resolve(name);
    int status =
        new ProcessBuilder("mknod", "-m", "666", node.toString(), "c", "1", "5").start().waitFor();
    assumeTrue(status == 0, "skipped: only root makes device nodes");
    assumeTrue(
        !Files.getFileStore(dir).toString().contains("nodev") && opens(node),
        "skipped: " + dir + " is mounted nodev");
    return node;
  }

  private static boolean opens(Path node) {
    try {
      Files.newInputStream(node).close();
      return true;
    } catch (java.io.IOException nodev) {
      return false;
    }
  }

  private String shell(Confinement.Builder view, String script) throws Exception {
    return said(view, List.of("/bin/sh", "-c", "{ " + script + "; } 2>&1"));
  }

  private String said(Confinement.Builder view, List<String> command) throws Exception {
    Confined process = sandbox.start(view.build(), command, Output.PIPE);
    String said = new String(process.output().readAllBytes(), StandardCharsets.UTF_8).strip();
    process.waitFor();
    return said;
  }

  private static Confinement.Builder view() {
    return Confinement.nothing().memory(Path.of("/tmp"), 8 << 20).proc();
  }

  private static Confinement.Builder with(Path node, String inside) {
    return view().mount(new Mount.Device(node, Path.of("/dev", inside)));
  }

  @Test
  void aListedNodeIsUsableAndAnUnlistedOneDoesNotExist() throws Exception {
    Path node = node("xyz");
    String use = "head -c 4 /dev/xyz | wc -c; echo x >/dev/xyz && echo written";
    assertEquals("4\nwritten", shell(with(node, "xyz"), use));
    assertEquals("4\nwritten", shell(with(node, "sub/xyz"), use.replace("xyz", "sub/xyz")));
    assertTrue(shell(view(), "cat /dev/xyz").contains("No such file"));
    assertTrue(shell(with(node, "xyz"), "cat /dev/zyx").contains("No such file"));
  }

  @Test
  void ioctlIsForListedNodesAlone() throws Exception {
    assumeTrue(sandbox.landlock() >= 5, "skipped: Landlock here knows no ioctl");
    Path node = node("xyz");
    String ioctl = "open(F, '<', '/dev/%s') && ioctl(F, 0x5413, my $b = 'x' x 64); print $! + 0";
    // The device answers that it knows no such order; Landlock, that nothing is asked of it.
    List<String> command = new ArrayList<>(List.of("/usr/bin/perl", "-e", ""));
    command.set(2, ioctl.formatted("xyz"));
    assertEquals("25", said(with(node, "xyz"), command));
    command.set(2, ioctl.formatted("zero"));
    assertEquals("13", said(with(node, "xyz"), command));
  }

  @Test
  void noNodeIsMadeInside() throws Exception {
    Path node = node("xyz");
    String make = "mknod /tmp/mem c 1 1 || mknod /dev/shm/mem c 1 1 || echo none";
    assertTrue(shell(with(node, "xyz"), make).endsWith("none"));
    assertTrue(shell(with(node, "xyz").insecureUnfiltered(), make).endsWith("none"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"devices\": [{\"path\": \"/dev/hwrng\", \"major\": 10, \"minor\": 183}]",
        "\"limits\": {\"memoryPercent\": 5, \"cpuPercent\": 50, \"processes\": 200, \"files\": 64,"
            + " \"temporaryBytes\": 65536}",
        "\"systemCalls\": [\"kcmp\", \"move_pages\", \"migrate_pages\", \"set_mempolicy_home_node\","
            + " \"ioprio_get\", \"ioprio_set\"]",
        "\"environment\": {\"CUDA_VISIBLE_DEVICES\": \"0\"}",
      })
  void noMemberOpensTheSandbox(String member) throws Exception {
    CommandProfile profile = CommandProfileTest.parse("{\"version\": 1, " + member + "}");
    assumeTrue(
        profile.devices().isEmpty() || Files.exists(HWRNG), "skipped: " + HWRNG + " is missing");
    Confinement.Builder view = view().profile(profile.applied());
    profile.environment().forEach(view::environment);
    String status =
        shell(view, "grep -E '^(Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs|Seccomp):' /proc/self/status");
    assertEquals(
        List.of(
            "0000000000000000",
            "0000000000000000",
            "0000000000000000",
            "0000000000000000",
            "0000000000000000",
            "1",
            "2"),
        status.lines().map(line -> line.split("\\s+", -1)[1]).toList());
    view = view().profile(profile.applied());
    assertEquals("lo:", shell(view, "tail -n +3 /proc/net/dev | awk '{print $1}'"));
    view = view().profile(profile.applied());
    String socket = "use Socket; print socket(S, PF_INET, SOCK_STREAM, 0) ? 0 : $! + 0";
    assertEquals("97", said(view, List.of("/usr/bin/perl", "-e", socket)));
    view = view().profile(profile.applied());
    assertTrue(shell(view, "unshare --user true; echo $?").endsWith("159"));
    view = view().profile(profile.applied());
    assertTrue(shell(view, "mkdir /dev/x; echo $?").endsWith("1"));
  }

  @Test
  void aListedCallWorksAndEndsNobody() throws Exception {
    int number = Profile.SYSCALLS.number("kcmp", Architecture.here()).orElseThrow();
    String call = "print syscall(" + number + ", $$ + 0, $$ + 0, 1, 0, 0), 'done'";
    List<String> command = List.of("/usr/bin/perl", "-e", call);
    CommandProfile profile =
        CommandProfileTest.parse("{\"version\": 1, \"systemCalls\": [\"kcmp\"]}");
    assertEquals("", said(view(), command), "ended by a signal");
    assertEquals("0done", said(view().profile(profile.applied()), command));
  }

  @Test
  void limitsAreInForce() throws Exception {
    CommandProfile profile =
        CommandProfileTest.parse("{\"version\": 1, \"limits\": {\"files\": 64}}");
    assertEquals("64", shell(view().profile(profile.applied()), "ulimit -n"));
  }

  @Test
  void aNodeThatWasReplacedIsRefused() throws Exception {
    assumeTrue(Files.exists(HWRNG), "skipped: " + HWRNG + " is missing");
    DeviceNode here = DeviceNode.onHost(HWRNG);
    assertEquals("10:183", here.numbers());
    here.requirePresent();
    BadInput other =
        assertThrows(BadInput.class, () -> new DeviceNode(HWRNG, 195, 0).requirePresent());
    assertEquals("device /dev/hwrng is 10:183; the profile means 195:0", other.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ',',
      value = {
        "/dev/no-such-device,does not exist",
        "/dev/loop0,character device",
        "/dev,plain path",
        "/dev/stdin,character device",
        "/dev/kvm,no runtime",
        "/etc/passwd,plain path",
      })
  void saysWhatIsNoDeviceForRuntimes(String path, String said) {
    assumeTrue(path.startsWith("/dev/no") || Files.exists(Path.of(path)), "skipped: no " + path);
    BadInput bad = assertThrows(BadInput.class, () -> DeviceNode.onHost(Path.of(path)));
    assertTrue(bad.getMessage().contains(said), bad.getMessage());
  }
}
