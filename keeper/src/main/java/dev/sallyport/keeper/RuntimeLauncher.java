package dev.sallyport.keeper;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Refusal;
import dev.sallyport.sandbox.Cgroup;
import dev.sallyport.sandbox.CommandProfile;
import dev.sallyport.sandbox.Confined;
import dev.sallyport.sandbox.Confinement;
import dev.sallyport.sandbox.Output;
import dev.sallyport.sandbox.Profile;
import dev.sallyport.sandbox.ProgramFiles;
import dev.sallyport.sandbox.Sandbox;
import dev.sallyport.sandbox.SandboxFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Starts inference servers in their sandboxes: the model read-only at {@code /model}, a directory
 * for the socket at {@code /sock}, a temporary directory in memory; no network, no {@code /proc}, a
 * user of its own.
 */
final class RuntimeLauncher {
  private static final Path MODEL = Path.of("/model");
  private static final Path SOCK = Path.of("/sock");
  private static final String SOCKET = "api.sock";
  private static final int FIRST_UID = 2000;
  private static final int UIDS = 60_000;
  private static final Duration POLL = Duration.ofMillis(50);

  private final Sandbox sandbox;
  private final Settings settings;
  private final int landlock;
  private final AtomicInteger started = new AtomicInteger();

  /**
   * How runtimes are started.
   *
   * @param javaHome the Java that runs the embedded runtime
   * @param embedded the directory of the embedded runtime's jars
   * @param bindable where directories that a command needs may lie
   * @param devices what a profile may give
   * @param groups where groups for runtimes may be made, if anywhere
   * @param ownUsers whether runtimes run as other users than the keeper
   * @param startLimit how long a runtime may take until it is healthy
   */
  record Settings(
      Path javaHome,
      Optional<Path> embedded,
      List<Path> bindable,
      Devices devices,
      Optional<Cgroup> groups,
      boolean ownUsers,
      Duration startLimit) {}

  /**
   * Copies the files behind the command to private memory and measures them, for keyd to judge.
   *
   * @param memory the directory of plaintext, which no other process sees
   */
  RunRequest measure(RunRequest run, Path memory) throws IOException, BadInput {
    // The embedded server is the installation's own; of its Java a copy is made all the same, which
    // other processes of the runtime's user can execute and not read.
    List<String> command = run.embedded() ? List.of(java()) : run.command();
    Path copies = memory.resolve(".program-" + run.model().value());
    return run.with(ProgramFiles.copy(command, run.bindPaths(settings.bindable()), copies));
  }

  /** Fails unless the directories and devices that it needs are there for runtimes. */
  void requireAvailable(RunRequest run) throws BadInput {
    var _ = run.bindPaths(settings.bindable());
    if (run.profile().isPresent()) {
      settings.devices().require(run.profile().get());
    }
  }

  RuntimeLauncher(Sandbox sandbox, Settings settings) throws InterruptedException {
    this.sandbox = sandbox;
    this.settings = settings;
    this.landlock = sandbox.landlock();
  }

  /** What confines runtimes here besides their namespaces, in words. */
  String isolation() {
    String user = settings.ownUsers() ? "a user of its own" : "the keeper's user";
    return (landlock == 0 ? "no Landlock" : "Landlock " + landlock) + ", " + user;
  }

  /** Where the server reaches the runtime. */
  static Path socket(Path socketDirectory) throws SandboxFailure {
    return Sandbox.socketPath(socketDirectory.resolve(SOCKET));
  }

  /**
   * Starts the command of the request; it is not healthy yet.
   *
   * @param user as whom, if not as we ourselves
   */
  Confined start(RunRequest run, Plaintext plaintext, Path socketDirectory, OptionalInt user)
      throws IOException, BadInput, SandboxFailure, InterruptedException {
    openDirectory(socketDirectory);
    Profile profile = run.profile().map(CommandProfile::applied).orElseGet(Profile::runtime);
    Confinement.Builder view =
        Confinement.nothing()
            .uid(FIRST_UID + started.getAndIncrement() % UIDS)
            .readOnly(plaintext.directory(), MODEL)
            .readWrite(socketDirectory, SOCK)
            .profile(profile)
            .memory(Path.of("/tmp"), profile.limits().temporaryBytes())
            .environment("HOME", "/tmp")
            .environment("PATH", "/usr/bin:/bin")
            .java(settings.javaHome());
    user.ifPresent(view::owner);
    if (run.profile().isPresent()) {
      // Again: the lease took a while, and a runtime that crashed is started anew after days.
      settings.devices().require(run.profile().get());
      run.profile().get().environment().forEach(view::environment);
    }
    if (settings.groups().isPresent()) {
      view.group(settings.groups().get().child(run.model().value(), profile.limits()));
    }
    // After the base and Java: the measured copies cover the files that they were read from.
    run.files().mounts().forEach(view::mount);
    if (run.embedded()) {
      Path jars = embedded();
      view.readOnly(jars, jars);
    }
    return sandbox.start(view.build(), command(run, plaintext.entry(MODEL)), Output.TAIL);
  }

  /** Others may make a socket there if runtimes are others; on the host the way there is ours. */
  private void openDirectory(Path directory) throws IOException, SandboxFailure {
    Files.createDirectories(directory, mode("rwx------"));
    Files.deleteIfExists(socket(directory));
    String reach = settings.ownUsers() ? "--x--x" : "------";
    String write = settings.ownUsers() ? "-wx-wx" : "------";
    Files.setPosixFilePermissions(
        directory.getParent(), PosixFilePermissions.fromString("rwx" + reach));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx" + write));
  }

  private static FileAttribute<?> mode(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
  }

  private Path embedded() throws BadInput {
    return settings
        .embedded()
        .orElseThrow(
            () -> new BadInput("no embedded runtime: keeper was started without --runtime"));
  }

  private List<String> command(RunRequest run, Path model) throws BadInput {
    List<String> template = run.embedded() ? embeddedCommand() : run.command();
    List<String> words = new ArrayList<>();
    for (String word : template) {
      words.add(
          word.replace("{model}", model.toString())
              .replace("{socket}", SOCK.resolve(SOCKET).toString()));
    }
    return words;
  }

  private String java() {
    return settings.javaHome().toAbsolutePath().normalize().resolve("bin/java").toString();
  }

  private List<String> embeddedCommand() throws BadInput {
    return List.of(
        java(),
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-Djava.io.tmpdir=/tmp",
        "--enable-native-access=ALL-UNNAMED,llama",
        "--module-path",
        embedded().toString(),
        "--module",
        "dev.sallyport.runtimellama/dev.sallyport.runtimellama.Main",
        "--model",
        "{model}",
        "--socket",
        "{socket}");
  }

  /** Waits until the runtime is healthy; from then on none of its output is kept. */
  void awaitHealthy(Confined process, Path socketDirectory)
      throws Refusal, SandboxFailure, InterruptedException {
    long end = System.nanoTime() + settings.startLimit().toNanos();
    Path socket = socket(socketDirectory);
    while (process.isAlive()) {
      if (Files.exists(socket) && Health.of(socket)) {
        process.forgetOutput();
        return;
      }
      if (System.nanoTime() > end) {
        throw new Refusal(
            "runtime",
            "runtime was not healthy within "
                + settings.startLimit().toSeconds()
                + " s"
                + lastLines(process));
      }
      process.waitFor(POLL);
    }
    throw new Refusal(
        "runtime",
        "runtime ended with status "
            + process.waitFor()
            + " before it was healthy"
            + lastLines(process));
  }

  /** No prompt can be in them: the runtime was never healthy, so none was sent. */
  private static String lastLines(Confined process) {
    List<String> lines = process.lastLines();
    List<String> last = lines.subList(Math.max(0, lines.size() - 5), lines.size());
    return last.isEmpty() ? "; it said nothing" : "; it said: " + String.join(" | ", last);
  }
}
