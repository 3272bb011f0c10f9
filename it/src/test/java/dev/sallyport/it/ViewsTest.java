package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the real processes see of the installation and of the network, read out of /proc. */
class ViewsTest {

  @Test
  void eachProcessSeesOnlyItsPartAndOnlyTheServerHasTheNetwork() throws Exception {
    try (Installation house = Installation.initialised()) {
      house.up();
      ProcessHandle up = house.upProcess().toHandle();
      long server = Processes.find(up, Processes.SERVER).orElseThrow().pid();
      long keyd = Processes.find(up, Processes.KEYD).orElseThrow().pid();
      long keeper = Processes.find(up, Processes.KEEPER).orElseThrow().pid();

      assertEquals(Set.of("run", "server", "trust-root.json"), seen(server, "home"));
      assertEquals(Set.of("keeper", "keyd", "models", "server"), seen(server, "home/run"));
      assertEquals(Set.of("witness.sock"), seen(server, "home/run/keyd"));
      assertEquals(Set.of("keyd", "run", "trust-root.json"), seen(keyd, "home"));
      assertEquals(Set.of("keeper", "run", "trust-root.json", "vault"), seen(keeper, "home"));
      assertEquals(Set.of("keeper", "keyd-lease", "models", "server"), seen(keeper, "home/run"));

      assertEquals(networkOf(ProcessHandle.current().pid()), networkOf(server));
      for (long isolated : List.of(keyd, keeper)) {
        assertNotEquals(networkOf(server), networkOf(isolated));
        assertEquals(Set.of("lo"), interfaces(isolated));
      }
    }
  }

  @Test
  void theKeepersMemoryIsNotSwappedOutWhereItHasAGroupOfItsOwn() throws Exception {
    try (Installation house = Installation.initialised()) {
      house.up();
      ProcessHandle up = house.upProcess().toHandle();
      long keeper = Processes.find(up, Processes.KEEPER).orElseThrow().pid();
      long keyd = Processes.find(up, Processes.KEYD).orElseThrow().pid();
      Optional<Path> group = memoryGroup(keeper).filter(g -> g.endsWith("+keeper"));
      assumeTrue(group.isPresent(), "skipped: no writable control group here");
      assertNotEquals(group, memoryGroup(keyd));
      List<Path> settings =
          Stream.of("memory.swappiness", "memory.swap.max")
              .map(group.get()::resolve)
              .filter(Files::exists)
              .toList();
      assumeFalse(settings.isEmpty(), "skipped: this kernel has no accounting of swap");
      for (Path setting : settings) {
        assertEquals("0", Files.readString(setting).strip());
      }
    }
  }

  private static Optional<Path> memoryGroup(long pid) throws Exception {
    return Files.readAllLines(Path.of("/proc/" + pid + "/cgroup")).stream()
        .map(line -> line.split(":", 3))
        .filter(cells -> cells[1].isEmpty() || cells[1].equals("memory"))
        .map(cells -> Path.of("/sys/fs/cgroup", cells[1], cells[2].substring(1)))
        .filter(Files::isDirectory)
        .findFirst();
  }

  private static Set<String> seen(long pid, String directory) throws Exception {
    try (Stream<Path> entries = Files.list(Path.of("/proc/" + pid + "/root", directory))) {
      return new TreeSet<>(
          entries.map(p -> String.valueOf(p.getFileName())).collect(Collectors.toSet()));
    }
  }

  private static String networkOf(long pid) throws Exception {
    return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/net")).toString();
  }

  private static Set<String> interfaces(long pid) throws Exception {
    return Files.readAllLines(Path.of("/proc/" + pid + "/net/dev")).stream()
        .filter(line -> line.contains(":"))
        .map(line -> line.substring(0, line.indexOf(':')).strip())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
