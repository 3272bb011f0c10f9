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
import picocli.CommandLine.Option;

/** Starts and supervises everything on this machine until it is told to stop. */
@Command(
    description = "Starts keyd, server and keeper, each in its sandbox, and keeps them running.",
    footer = {"", "Examples:", "  sallyport up", "  sallyport up --detach && sallyport status"})
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

  @Option(
      names = "--runtime-dir",
      paramLabel = "DIR",
      description =
          "Where inference servers of other makers may be read from, beside /opt and /srv; may be"
              + " repeated. What of it may run is for: sallyport commands allow.")
  private List<Path> runtimeDirs = new ArrayList<>();

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      description = "The passphrase of keyd's root key, as given to: sallyport init.")
  private @Nullable Path passphrase;

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
      description = "The PIN of the root key's token; default: the file given to: sallyport init.")
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
    var _ = runtimeDirs();
    var _ = passphrase();
    var _ = place(home);
    var _ = hostTpm();
    if (detach) {
      return new Detached(session, home, Duration.ofSeconds(seconds)).start();
    }
    try (UpLock _ = UpLock.take(home)) {
      Dist dist = Dist.find();
      Preflight.check(home, dist);
      return supervise(home, dist);
    }
  }

  private int supervise(Home home, Dist dist) throws Failure, InterruptedException {
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Thread hook = Thread.ofPlatform().unstarted(() -> signalled(stop, stopped));
    Sandbox sandbox = Preflight.sandbox();
    try (Supervisor supervisor =
        new Supervisor(
            home, sandbox, session, runtimeDirs(), passphrase(), loader, place(home), hostTpm())) {
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

  private List<Path> runtimeDirs() throws Failure {
    List<Path> dirs = new ArrayList<>();
    for (Path dir : runtimeDirs) {
      if (!Files.isDirectory(dir)) {
        throw new Failure(Exit.MISSING, "--runtime-dir " + dir + " is not a directory");
      }
      dirs.add(dir.toAbsolutePath().normalize());
    }
    return dirs;
  }

  private @Nullable HostTpm hostTpm() throws Failure {
    return tpm == null ? null : new HostTpm(HostTpm.device("--attest-tpm", tpm), pcrs);
  }

  private @Nullable Path passphrase() throws Failure {
    if (passphrase == null) {
      return null;
    }
    if (!Files.isReadable(passphrase) || Files.isDirectory(passphrase)) {
      throw new Failure(Exit.MISSING, "--passphrase-file " + passphrase + " cannot be read");
    }
    return passphrase.toAbsolutePath().normalize();
  }

  private RootKeyPlace place(Home home) throws Failure {
    RootKeyPlace place = RootKeyPlace.read(home);
    if (pin != null) {
      place = place.withPin(RootKeyOptions.present("--pin-file", pin));
    }
    if (place.pin().isPresent() && !Files.isReadable(place.pin().get())) {
      throw new Failure(
          Exit.MISSING, "PIN file " + place.pin().get() + " cannot be read; give --pin-file FILE");
    }
    for (Path path : place.paths()) {
      if (!Files.exists(path)) {
        throw new Failure(Exit.MISSING, path + " is missing; the root key's token needs it");
      }
    }
    return place;
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

  private void announce(Home home, Supervisor supervisor, String landlock) throws Failure {
    Json.Obj status = Control.of(home).ask("status");
    String url = urlOf(status);
    Json.Obj ready =
        Json.obj()
            .put("ready", true)
            .put("url", url)
            .put("limits", supervisor.limits())
            .put("users", supervisor.users())
            .put("landlock", landlock)
            .put("pid", ProcessHandle.current().pid())
            .build();
    session.print(
        ready,
        List.of(
            "ready       " + url,
            "limits      " + supervisor.limits(),
            "users       " + supervisor.users(),
            "landlock    " + landlock,
            "stop with   Ctrl-C or: sallyport down"));
    session.out().flush();
  }

  static String urlOf(Json.Obj status) throws Failure {
    try {
      return status.string("url");
    } catch (BadInput e) {
      throw new Failure(Exit.DATA, "status of the server: " + e.getMessage(), e);
    }
  }
}
