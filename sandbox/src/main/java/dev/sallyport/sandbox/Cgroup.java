package dev.sallyport.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A control group, of version 1 (one directory per controller) or 2 (one for all), that this
 * process may write to. Groups within it bound what confined processes take together; {@link
 * #inForce} says which bounds there really are. Immutable; the directories belong to who made them.
 */
public final class Cgroup implements AutoCloseable {
  /** What can be bounded. */
  public enum Controller {
    MEMORY,
    PIDS,
    CPU;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final Path MOUNT = Path.of("/sys/fs/cgroup");
  private static final Path SELF = Path.of("/proc/self/cgroup");
  private static final String PROCS = "cgroup.procs";
  private static final String UNIFIED = "unified";

  /** Scheduling period in microseconds; the kernel's own default. */
  private static final long PERIOD = 100_000;

  private static final int REMOVALS = 50;
  private static final long PAUSE_NANOS = 10_000_000;

  private final Map<Controller, Path> directories;
  private final boolean unified;

  private Cgroup(Map<Controller, Path> directories, boolean unified) {
    this.directories = new EnumMap<>(directories);
    this.unified = unified;
  }

  /**
   * Makes a group within this process's own, if the machine lets it.
   *
   * @param name of the new directories
   */
  public static Optional<Cgroup> make(String name) {
    try {
      return make(MOUNT, Files.readAllLines(SELF), name);
    } catch (IOException none) {
      return Optional.empty();
    }
  }

  static Optional<Cgroup> make(Path mount, List<String> self, String name) {
    Map<Controller, Path> found = new EnumMap<>(Controller.class);
    for (String line : self) {
      String[] cells = line.split(":", 3);
      for (Controller controller : Controller.values()) {
        if (cells.length == 3 && List.of(cells[1].split(",")).contains(controller.label())) {
          Path own = mount.resolve(controller.label()).resolve(cells[2].substring(1));
          made(own, name).ifPresent(dir -> found.put(controller, dir));
        }
      }
    }
    if (!found.isEmpty()) {
      return Optional.of(new Cgroup(found, false));
    }
    return self.stream()
        .filter(line -> line.startsWith("0::/"))
        .findFirst()
        .flatMap(line -> second(mount.resolve(line.substring(4)), name));
  }

  private static Optional<Path> made(Path own, String name) {
    if (!Files.exists(own.resolve(PROCS))) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.createDirectory(own.resolve(name)));
    } catch (IOException refused) {
      // Not ours to write: that bound is then not in force, and not claimed.
      return Optional.empty();
    }
  }

  /** Version 2 hands controllers down only where no process is, so this one moves to a leaf. */
  private static Optional<Cgroup> second(Path own, String name) {
    Optional<Path> dir = made(own, name);
    if (dir.isEmpty()) {
      return Optional.empty();
    }
    Path leaf = own.resolve(name + "-up");
    try {
      Files.createDirectories(leaf);
      write(leaf.resolve(PROCS), "0");
      for (Path group : List.of(own, dir.get())) {
        write(group.resolve("cgroup.subtree_control"), "+memory +pids +cpu");
      }
    } catch (IOException refused) {
      remove(dir.get());
      remove(leaf);
      return Optional.empty();
    }
    Map<Controller, Path> all = new EnumMap<>(Controller.class);
    for (Controller controller : Controller.values()) {
      all.put(controller, dir.get());
    }
    return Optional.of(new Cgroup(all, true));
  }

  /** The group that was bound to {@code root} with {@link #mounts}. */
  public static Cgroup at(Path root) {
    Map<Controller, Path> found = new EnumMap<>(Controller.class);
    boolean unified = Files.isDirectory(root.resolve(UNIFIED));
    for (Controller controller : Controller.values()) {
      Path dir = root.resolve(unified ? UNIFIED : controller.label());
      if (Files.isDirectory(dir)) {
        found.put(controller, dir);
      }
    }
    return new Cgroup(found, unified);
  }

  /** What shows this group to a sandbox that starts others, below {@code root}. */
  public List<Mount> mounts(Path root) {
    if (unified) {
      return directories().stream()
          .<Mount>map(dir -> new Mount.ReadWrite(dir, root.resolve(UNIFIED)))
          .toList();
    }
    List<Mount> mounts = new ArrayList<>();
    directories.forEach((controller, dir) ->
        mounts.add(new Mount.ReadWrite(dir, root.resolve(controller.label()))));
    return mounts;
  }

  /** A group within this one, bounded; one of that name is bounded anew. */
  public Cgroup child(String name, Limits limits) throws IOException {
    return child(
        name,
        machineMemory() / 100 * limits.memoryPercent(),
        limits.processes(),
        PERIOD * Runtime.getRuntime().availableProcessors() * limits.cpuPercent() / 100);
  }

  /**
   * As above, in absolute numbers.
   *
   * @param cpu microseconds of processor time per 100 ms
   */
  Cgroup child(String name, long memory, int processes, long cpu) throws IOException {
    Map<Controller, Path> made = new EnumMap<>(Controller.class);
    for (Map.Entry<Controller, Path> entry : directories.entrySet()) {
      Path dir = Files.createDirectories(entry.getValue().resolve(name));
      made.put(entry.getKey(), dir);
      switch (entry.getKey()) {
        case MEMORY -> boundMemory(dir, memory);
        case PIDS -> write(dir.resolve("pids.max"), Integer.toString(processes));
        case CPU -> boundCpu(dir, cpu);
      }
    }
    return new Cgroup(made, unified);
  }

  /** INVARIANT: nothing of the group is swapped out, so no weight reaches a disk that way. */
  private void boundMemory(Path dir, long memory) throws IOException {
    if (unified) {
      write(dir.resolve("memory.max"), Long.toString(memory));
      writeIfThere(dir.resolve("memory.swap.max"), "0");
    } else {
      write(dir.resolve("memory.limit_in_bytes"), Long.toString(memory));
      writeIfThere(dir.resolve("memory.swappiness"), "0");
      writeIfThere(dir.resolve("memory.memsw.limit_in_bytes"), Long.toString(memory));
    }
  }

  private void boundCpu(Path dir, long cpu) throws IOException {
    if (unified) {
      write(dir.resolve("cpu.max"), cpu + " " + PERIOD);
    } else {
      write(dir.resolve("cpu.cfs_period_us"), Long.toString(PERIOD));
      write(dir.resolve("cpu.cfs_quota_us"), Long.toString(cpu));
    }
  }

  private static void write(Path file, String value) throws IOException {
    // Never CREATE: a name that the kernel does not offer is a bound that is not in force.
    Files.write(file, value.getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE);
  }

  /** Kernels without swap accounting lack these. */
  private static void writeIfThere(Path file, String value) throws IOException {
    if (Files.exists(file)) {
      write(file, value);
    }
  }

  private static long machineMemory() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/meminfo"))) {
      String total = lines.findFirst().orElse("").replaceAll("\\D", "");
      return Long.parseLong(total) * 1024;
    }
  }

  /** What is bounded here: of memory, pids, cpu. */
  public List<String> inForce() {
    return directories.keySet().stream().map(Controller::label).toList();
  }

  /** The directories that a process joins. */
  List<Path> directories() {
    return directories.values().stream().distinct().toList();
  }

  /** Removes the group and those within, as far as no process is left in them. */
  @Override
  public void close() {
    directories().forEach(Cgroup::remove);
  }

  private static void remove(Path dir) {
    try (Stream<Path> inner = Files.list(dir)) {
      inner.filter(Files::isDirectory).forEach(Cgroup::removeOne);
    } catch (IOException gone) {
      return;
    }
    removeOne(dir);
  }

  /** The kernel refuses while the last processes in it are still ending. */
  private static void removeOne(Path dir) {
    for (int i = 0; i < REMOVALS; i++) {
      try {
        Files.deleteIfExists(dir);
        return;
      } catch (IOException busy) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
    System.getLogger("sandbox").log(System.Logger.Level.WARNING, "cgroup stays: {0}", dir);
  }
}
