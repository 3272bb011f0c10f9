package dev.sallyport.keeper;

import dev.sallyport.core.Arguments;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Peer;
import dev.sallyport.custody.Hardening;
import dev.sallyport.custodytpm.Pcrs;
import dev.sallyport.custodytpm.TpmQuoter;
import dev.sallyport.fuse.Privileges;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.sandbox.Cgroup;
import dev.sallyport.sandbox.Confinement;
import dev.sallyport.sandbox.Sandbox;
import dev.sallyport.sandbox.SandboxFailure;
import dev.sallyport.sandbox.UidRange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * Composition root of the keeper process: {@code --home DIR [--plaintext DIR] [--runtime DIR]
 * [--bindable DIR]… [--device NODE]… [--start-seconds N] [--loader auto|memory|fuse] [--cgroup DIR]
 * [--users N] [--tpm-device FILE --tpm-pcrs LIST]}; plaintext lies in {@code HOME/plaintext} unless
 * said otherwise. Ends with 0 on SIGTERM, 64 on bad arguments, 78 if the host or the home is not
 * what it must be.
 */
public final class Main {
  private static final System.Logger LOG = System.getLogger("keeper");
  private static final int USAGE = 64;
  private static final int CONFIG = 78;
  private static final int MAX_ROOT = 1 << 20;

  /** The server waits for its log and its witness, keyd for its disk. */
  private static final Duration ANSWER = Duration.ofSeconds(15);

  private Main() {}

  /** Entry point. */
  public static void main(String[] args) throws InterruptedException {
    // INVARIANT: before any key or plaintext is read (DESIGN §7, PR_SET_DUMPABLE).
    Hardening.forbidDumps();
    Arguments arguments;
    try {
      arguments =
          Arguments.parse(
              args,
              List.of(
                  "--home",
                  "--plaintext",
                  "--runtime",
                  "--bindable",
                  "--device",
                  "--start-seconds",
                  "--loader",
                  "--cgroup",
                  "--users",
                  "--tpm-device",
                  "--tpm-pcrs"),
              List.of());
      arguments.need("--home");
      // INVARIANT: before any other thread: what we may mount with, no child of ours inherits, only
      // what it takes to become another user, which is the first thing it does.
      Privileges.keepFromChildren(arguments.find("--users").isPresent());
    } catch (BadInput e) {
      System.err.println("keeper: " + e.getMessage());
      System.exit(USAGE);
      return;
    }
    try {
      run(arguments);
    } catch (NoSuchFileException e) {
      System.err.println("keeper: " + e.getFile() + " is missing; run sallyport init first");
      System.exit(CONFIG);
    } catch (IOException | BadInput | SandboxFailure e) {
      System.err.println("keeper: " + e.getMessage());
      System.exit(CONFIG);
    }
  }

  private static void run(Arguments arguments)
      throws IOException, BadInput, SandboxFailure, InterruptedException {
    Home home = new Home(Path.of(arguments.need("--home")));
    Path plaintext = arguments.find("--plaintext").map(Path::of).orElse(home.plaintext());
    requireMemory(plaintext);
    TrustRoot root = TrustRoot.parse(Envelope.parse(Bounded.read(home.trustRoot(), MAX_ROOT)));
    SigningKey key = SigningKey.read(home.keeperKey());
    if (!key.verifyingKey().equals(root.keeper())) {
      throw new BadInput("keeper/keeper.key is not the key that the trust root names");
    }
    InstantSource clock = InstantSource.system();
    Peers peers = new Peers(new Peer(home.control(), ANSWER), new Peer(home.leases(), ANSWER));
    try (Sandbox sandbox = Sandbox.open();
        Reporter reporter = new Reporter(peers)) {
      Users users = new Users((int) number(arguments, "--users", 0));
      check(sandbox, users, plaintext);
      Leasing leasing =
          new Leasing(root, key, hostName(), hardware(arguments), peers, reporter, clock);
      Model.Context context =
          new Model.Context(
              home,
              loaders(arguments, plaintext, clock),
              leasing,
              new RuntimeLauncher(sandbox, settings(arguments, users)),
              reporter,
              users,
              clock);
      try (Keeper _ = new Keeper(context, root)) {
        LOG.log(System.Logger.Level.INFO, "ready origin={0}", root.origin());
        awaitTermination();
      }
    }
  }

  private static void check(Sandbox sandbox, Users users, Path plaintext)
      throws IOException, SandboxFailure, InterruptedException {
    if (!users.any()) {
      sandbox.check();
      return;
    }
    sandbox.check(Confinement.nothing().owner(UidRange.INSIDE).build());
    // Runtimes go through it to what is theirs.
    Files.setPosixFilePermissions(plaintext, PosixFilePermissions.fromString("rwx--x--x"));
  }

  private static HostEvidence hardware(Arguments arguments) throws BadInput {
    Optional<String> device = arguments.find("--tpm-device");
    if (device.isEmpty()) {
      return new HostEvidence(Optional.empty());
    }
    Pcrs pcrs = Pcrs.parse(arguments.need("--tpm-pcrs"));
    return new HostEvidence(Optional.of(new TpmQuoter(Path.of(device.get()), pcrs)));
  }

  private static Loaders loaders(Arguments arguments, Path plaintext, InstantSource clock)
      throws BadInput {
    Loaders.Choice choice = Loaders.Choice.parse(arguments.find("--loader").orElse("auto"));
    return new Loaders(plaintext, choice, clock);
  }

  private static long number(Arguments arguments, String name, int otherwise) throws BadInput {
    try {
      return Long.parseLong(arguments.find(name).orElse(Integer.toString(otherwise)));
    } catch (NumberFormatException e) {
      throw new BadInput("argument " + name + " is not a number", e);
    }
  }

  private static RuntimeLauncher.Settings settings(Arguments arguments, Users users)
      throws BadInput {
    return new RuntimeLauncher.Settings(
        Path.of(System.getProperty("java.home")),
        arguments.find("--runtime").map(Path::of),
        bindable(arguments),
        new Devices(arguments.all("--device").stream().map(Path::of).toList(), users.any()),
        groups(arguments),
        users.any(),
        Duration.ofSeconds(number(arguments, "--start-seconds", 300)));
  }

  /** INVARIANT: no bound is claimed that is not in force. */
  private static Optional<Cgroup> groups(Arguments arguments) {
    Optional<Cgroup> groups = arguments.find("--cgroup").map(Path::of).map(Cgroup::at);
    LOG.log(
        System.Logger.Level.INFO,
        "limits of runtimes by control group: {0}",
        groups.map(g -> g.inForce().toString()).orElse("none"));
    return groups;
  }

  private static List<Path> bindable(Arguments arguments) {
    List<Path> trees = new ArrayList<>(List.of(Path.of("/opt"), Path.of("/srv")));
    arguments.all("--bindable").forEach(tree -> trees.add(Path.of(tree)));
    return trees;
  }

  /** Fails unless the directory is on a memory file system: plaintext never reaches a disk. */
  private static void requireMemory(Path plaintext) throws IOException, BadInput {
    if (!Files.isDirectory(plaintext)) {
      throw new BadInput("the directory for plaintext does not exist");
    }
    String type = Files.getFileStore(plaintext).type();
    if (!type.equals("tmpfs") && !type.equals("ramfs")) {
      throw new BadInput("the directory for plaintext is on " + type + "; it must be on tmpfs");
    }
    Path swaps = Path.of("/proc/swaps");
    boolean swapping = Files.isReadable(swaps) && Files.readString(swaps).lines().count() > 1;
    if (swapping) {
      LOG.log(
          System.Logger.Level.WARNING,
          "swap is on: plaintext in memory may be written to it; turn it off or encrypt it");
    }
  }

  private static String hostName() {
    try {
      return new String(
              Bounded.read(Path.of("/proc/sys/kernel/hostname"), 256), StandardCharsets.UTF_8)
          .strip();
    } catch (IOException | BadInput e) {
      return "unknown";
    }
  }

  private static void awaitTermination() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    Thread main = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("shutdown")
                .unstarted(() -> {
                  asked.countDown();
                  try {
                    // The main thread ends the models; the process then ends.
                    main.join(Duration.ofSeconds(6));
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
    asked.await();
  }
}
