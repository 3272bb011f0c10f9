package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.sandbox.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts and supervises everything on this machine until it is told to stop. */
@Command(
    description = "Starts keyd, server and keeper, each in its sandbox, and keeps them running.",
    footer = {
      "",
      "Examples:",
      "  sallyport up",
      "  sallyport up --detach && sallyport status",
      "  sallyport up --device /dev/nvidia0 --device /dev/nvidiactl"
    })
final class Up implements Callable<Integer> {
  private static final long FLUSH_SECONDS = 2;

  private final Session session;

  @Option(
      names = "--detach",
      description = "Return when everything answers; stop with: sallyport down.")
  private boolean detach;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      description = "How long everything may take to answer (default: ${DEFAULT-VALUE}).")
  private int seconds = 60;

  @Mixin private final Offered offered = new Offered();

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      description =
          "The passphrase of keyd's root key, as given to: sallyport init; repeat while an older key"
              + " is under another. The last is for new keys.")
  private List<Path> passphrases = new ArrayList<>();

  @Option(
      names = "--loader",
      paramLabel = "auto|memory|fuse",
      converter = Loader.Converter.class,
      description =
          "How plaintext gets before a runtime: decrypted into memory beforehand, or when it is"
              + " read; auto takes memory if the model fits (default: auto).")
  private Loader loader = Loader.AUTO;

  @Option(
      names = "--pin-file",
      paramLabel = "FILE",
      description =
          "The PIN of the root key's token; default: the file that was given when the key was made.")
  private @Nullable Path pin;

  @Option(
      names = "--attest-tpm",
      paramLabel = "FILE",
      description =
          "The TPM 2.0 by which the keeper proves to keyd what this machine booted; most often"
              + " /dev/tpmrm0.")
  private @Nullable Path tpm;

  @Option(
      names = "--attest-pcrs",
      paramLabel = "LIST",
      description = "The registers that it quotes (default: ${DEFAULT-VALUE}).")
  private String pcrs = "0,2,4,7";

  Up(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException, InterruptedException {
    Home home = session.home().existing();
    var _ = offered.look();
    RootKeyPlaces places = places(home);
    var _ = hostTpm();
    if (detach) {
      return new Detached(session, home, Duration.ofSeconds(seconds)).start();
    }
    try (UpLock _ = UpLock.take(home)) {
      Dist dist = Dist.find();
      Preflight.check(home, dist);
      return supervise(home, dist, places);
    }
  }

  private int supervise(Home home, Dist dist, RootKeyPlaces places)
      throws Failure, BadInput, InterruptedException {
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Thread hook = Thread.ofPlatform().unstarted(() -> signalled(stop, stopped));
    Sandbox sandbox = Preflight.sandbox();
    try (Supervisor supervisor =
        new Supervisor(home, sandbox, session, offered.look(), loader, places, hostTpm())) {
      Preflight.check(sandbox);
      Runtime.getRuntime().addShutdownHook(hook);
      try {
        supervisor.start(dist, Duration.ofSeconds(seconds));
        announce(home, supervisor, landlock(sandbox));
        while (!stop.await(FLUSH_SECONDS, TimeUnit.SECONDS)) {
          supervisor.flush();
        }
      } finally {
        supervisor.stop();
      }
    } finally {
      stopped.countDown();
    }
    return Exit.OK.status();
  }

  private @Nullable HostTpm hostTpm() throws Failure {
    return tpm == null ? null : new HostTpm(HostTpm.device("--attest-tpm", tpm), pcrs);
  }

  private List<Path> passphrases() throws Failure {
    List<Path> files = new ArrayList<>();
    for (Path file : passphrases) {
      if (!Files.isReadable(file) || Files.isDirectory(file)) {
        throw new Failure(Exit.MISSING, "--passphrase-file " + file + " cannot be read");
      }
      files.add(file.toAbsolutePath().normalize());
    }
    return files;
  }

  /**
   * What keyd is shown. What is not on this machine any more is left out and said: whether the key
   * in force needs it, keyd knows.
   */
  private RootKeyPlaces places(Home home) throws Failure {
    List<RootKeyPlace> all = new ArrayList<>(RootKeyPlaces.read(home).places());
    if (pin != null) {
      Path file = RootKeyOptions.present("--pin-file", pin);
      int at = all.size() - 1;
      while (at > 0 && all.get(at).pin().isEmpty()) {
        at--;
      }
      if (at >= 0) {
        all.set(at, all.get(at).withPin(file));
      }
    }
    for (RootKeyPlace place : all) {
      for (Path path : place.missing()) {
        session.err().println("sallyport: " + path + " is missing; a root key may need it");
      }
    }
    return new RootKeyPlaces(all.stream().map(RootKeyPlace::present).toList(), passphrases());
  }

  /** SIGTERM and Ctrl-C run this; the JVM halts when it returns. */
  private static void signalled(CountDownLatch stop, CountDownLatch stopped) {
    stop.countDown();
    try {
      stopped.await(45, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String landlock(Sandbox sandbox) throws InterruptedException {
    int version = sandbox.landlock();
    return version == 0
        ? "none: this kernel has it not, or /usr/bin/perl is missing"
        : "version " + version + ", of server, keyd and runtimes";
  }

  private void announce(Home home, Supervisor supervisor, String landlock)
      throws Failure, BadInput {
    Json.Obj status = Control.of(home).ask("status");
    String url = urlOf(status);
    RootKeyLines keys = RootKeyLines.of(RootKeyOrder.keys(home));
    Json.Obj ready =
        Json.obj()
            .put("ready", true)
            .put("url", url)
            .put("limits", supervisor.limits())
            .put("users", supervisor.users())
            .put("landlock", landlock)
            .put("devices", Json.strings(supervisor.devices()))
            .put("rootKey", keys.inForce())
            .put("unreachable", Json.strings(keys.unreachable()))
            .put("pid", ProcessHandle.current().pid())
            .build();
    List<String> lines = new ArrayList<>();
    lines.add("ready       " + url);
    lines.add("root key    " + keys.inForce());
    keys.unreachable().forEach(line -> lines.add("unreachable " + line));
    lines.add("limits      " + supervisor.limits());
    lines.add("users       " + supervisor.users());
    lines.add("landlock    " + landlock);
    lines.add("devices     " + devices(supervisor));
    lines.add("stop with   Ctrl-C or: sallyport down");
    session.print(ready, lines);
    session.out().flush();
  }

  private static String devices(Supervisor supervisor) {
    String listed = String.join(", ", supervisor.devices());
    return listed.isEmpty() ? "none for runtimes" : listed + ", for commands signed with them";
  }

  static String urlOf(Json.Obj status) throws Failure {
    try {
      return status.string("url");
    } catch (BadInput e) {
      throw new Failure(Exit.DATA, "status of the server: " + e.getMessage(), e);
    }
  }
}
