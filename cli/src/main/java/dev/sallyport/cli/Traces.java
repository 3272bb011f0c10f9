package dev.sallyport.cli;

import dev.sallyport.cli.DemoStage.DemoFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The thief of the demonstration: reads what the installation's own user can read, through {@code
 * /proc} (proc(5)) and the file system, and looks for weights.
 */
final class Traces {
  private static final List<String> SCRATCH = List.of("/tmp", "/var/tmp", "/dev/shm", "/run/user");

  /** What every program sees read-only from the host, and the kernel's own file systems. */
  private static final Set<String> SYSTEM =
      Set.of("usr", "lib", "lib64", "bin", "sbin", "etc", "opt", "proc", "sys", "dev");

  private final Needles needles;
  private final Instant since;

  /**
   * @param since files last written before this are not ours and are not read
   */
  Traces(Needles needles, Instant since) {
    this.needles = needles;
    this.since = since;
  }

  /** The inference server's process in the sandbox: the one that has the model and a socket. */
  static Optional<ProcessHandle> runtime(ProcessHandle up) {
    return find(up, "runtimellama");
  }

  /** Files under {@code home} and the scratch directories, written since, that hold weights. */
  List<Path> filesWithWeights(Path home) throws IOException {
    List<Path> holders = new ArrayList<>();
    search(home, holders);
    for (String scratch : SCRATCH) {
      search(Path.of(scratch), holders);
    }
    return holders.stream().distinct().toList();
  }

  /** Weights must be in the runtime's memory (else the search proves nothing) and in no other. */
  String searchProcesses(ProcessHandle up) throws IOException, DemoFailure {
    String control = control(need(runtime(up), "runtime"));
    ProcessHandle server = need(find(up, "dev.sallyport.server/"), "server");
    for (ProcessHandle suspect : List.of(server, up)) {
      Optional<String> where = needles.inMemoryOf(suspect.pid());
      if (where.isPresent()) {
        throw new DemoFailure("weights in process " + suspect.pid() + ": " + where.get());
      }
      checkOpenFiles(suspect);
    }
    List<Path> visible = new ArrayList<>();
    searchView(server, visible);
    if (!visible.isEmpty()) {
      throw new DemoFailure("the server can see weights: " + visible);
    }
    return "server, command line and all that the server can see searched; " + control;
  }

  private String control(ProcessHandle runtime) throws IOException, DemoFailure {
    Path memory = Path.of("/proc/" + runtime.pid() + "/mem");
    if (Files.exists(memory) && !Files.isReadable(memory)) {
      // It runs as a user of its own.
      return "the runtime's own memory is closed even to this user, so without a control";
    }
    if (needles.inMemoryOf(runtime.pid()).isEmpty()) {
      throw new DemoFailure("weights not found in the runtime, so the search proves nothing");
    }
    return "runtime as the control";
  }

  /** Tries the runtime's files and memory from other places, as far as this user can take them. */
  String tryFromOutside(ProcessHandle up) throws IOException, InterruptedException, DemoFailure {
    long pid = need(runtime(up), "runtime").pid();
    List<String> mounts = Files.readAllLines(Path.of("/proc/" + pid + "/mountinfo"));
    String model =
        mounts.stream()
            .map(line -> line.split(" ", 6)[4])
            .filter(path -> path.startsWith("/model"))
            .findFirst()
            .orElseThrow(() -> new DemoFailure("the runtime has no model mount"));
    boolean hereToo =
        Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
            .anyMatch(line -> line.split(" ", 6)[4].equals(model));
    if (hereToo) {
      throw new DemoFailure("the model is mounted outside the sandbox");
    }
    String byPath = "no mount of it outside";
    if (!System.getProperty("user.name").equals("root")) {
      return byPath + "; another user was not tried (only root can become one)";
    }
    // What root can do shows that the way is open but for the user; a mount that decrypts on demand
    // refuses even root, so the control is the root directory above it.
    String root = "/proc/" + pid + "/root";
    String memory = "cat /proc/" + pid + "/maps";
    for (String control : List.of("ls " + root, memory)) {
      if (shell(List.of("sh", "-c", control)) != 0) {
        throw new DemoFailure("root could not, so it proves nothing: " + control);
      }
    }
    for (String attempt : List.of("ls " + root, "ls " + root + model, memory)) {
      if (shell(asNobody(attempt)) == 0) {
        throw new DemoFailure("another user could: " + attempt);
      }
    }
    return byPath + "; another user cannot read its root or its memory";
  }

  private static List<String> asNobody(String command) {
    return List.of(
        "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "sh", "-c", command);
  }

  private static int shell(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    return process.waitFor();
  }

  private void checkOpenFiles(ProcessHandle suspect) throws IOException, DemoFailure {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + suspect.pid() + "/fd"))) {
      for (Path fd : open.toList()) {
        Optional<String> target = target(fd);
        if (target.isPresent() && (target.get().contains("/vault/") || needles.in(fd))) {
          throw new DemoFailure("process " + suspect.pid() + " has open " + target.get());
        }
      }
    }
  }

  private static Optional<String> target(Path fd) {
    try {
      return Optional.of(Files.readSymbolicLink(fd).toString());
    } catch (IOException closedMeanwhile) {
      return Optional.empty();
    }
  }

  /** Everything in the mount namespace of a process that is not the host's system. */
  private void searchView(ProcessHandle process, List<Path> holders) throws IOException {
    Path root = Path.of("/proc/" + process.pid() + "/root/");
    try (Stream<Path> top = Files.list(root)) {
      for (Path dir : top.toList()) {
        if (!SYSTEM.contains(String.valueOf(dir.getFileName()))) {
          search(dir, holders);
        }
      }
    }
  }

  private void search(Path root, List<Path> holders) throws IOException {
    if (!Files.isDirectory(root)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            boolean recent = !attributes.lastModifiedTime().toInstant().isBefore(since);
            if (attributes.isRegularFile() && recent && needles.in(file)) {
              holders.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException unreadableToo) {
            // What this user cannot read, a thief with this user's rights cannot read either.
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, IOException vanished) {
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static ProcessHandle need(Optional<ProcessHandle> process, String what)
      throws DemoFailure {
    return process.orElseThrow(() -> new DemoFailure("no process of the " + what));
  }

  /** The innermost descendant whose command line names this; bubblewrap's own processes do too. */
  private static Optional<ProcessHandle> find(ProcessHandle up, String name) {
    return up.descendants()
        .filter(p -> commandLine(p).contains(name) && !commandLine(p).startsWith("bwrap"))
        .filter(p -> p.children().findAny().isEmpty())
        .findFirst();
  }

  private static String commandLine(ProcessHandle process) {
    try {
      byte[] line = Files.readAllBytes(Path.of("/proc/" + process.pid() + "/cmdline"));
      return new String(line, StandardCharsets.UTF_8).replace('\0', ' ').strip();
    } catch (IOException gone) {
      return "";
    }
  }
}
