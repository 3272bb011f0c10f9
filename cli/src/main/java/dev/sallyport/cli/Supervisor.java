package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.core.Peer;
import dev.sallyport.core.Refusal;
import dev.sallyport.sandbox.Cgroup;
import dev.sallyport.sandbox.Sandbox;
import dev.sallyport.sandbox.UidRange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps keyd, server and keeper running, each in its confinement. Owned by {@code up}; starts in
 * the order in which they need each other and stops in the other.
 */
final class Supervisor implements Child.Observer, AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration ASK = Duration.ofSeconds(2);

  /** Server first: it drains its requests while keeper and keyd still live. */
  private static final List<Program> STOP_ORDER =
      List.of(Program.SERVER, Program.KEEPER, Program.KEYD);

  private final Home home;
  private final Sandbox sandbox;
  private final Session session;
  private final Offered.Here offered;
  private final Loader wanted;
  private final @Nullable Cgroup groups =
      Cgroup.make("sallyport-" + ProcessHandle.current().pid()).orElse(null);
  private final RootKeyPlaces places;
  private final @Nullable HostTpm tpm;
  private volatile @Nullable RuntimeUsers users;
  private volatile @Nullable Child starting;
  private volatile @Nullable Failure broken;
  private final List<Child> children = new ArrayList<>();
  private final List<Json.Obj> unreported = new ArrayList<>();

  /**
   * @param offered what the keeper sees for runtimes
   * @param wanted how plaintext gets before runtimes
   * @param places what keyd needs to reach its root keys
   * @param tpm what the keeper quotes, if it does
   */
  Supervisor(
      Home home,
      Sandbox sandbox,
      Session session,
      Offered.Here offered,
      Loader wanted,
      RootKeyPlaces places,
      @Nullable HostTpm tpm) {
    this.wanted = wanted;
    this.places = places;
    this.tpm = tpm;
    this.home = home;
    this.sandbox = sandbox;
    this.session = session;
    this.offered = offered;
  }

  /** Starts all three and returns when all answer. */
  void start(Dist dist, Duration limit) throws Failure, InterruptedException {
    Loader loader = wanted.possible(sandbox);
    RuntimeUsers users = RuntimeUsers.possible(sandbox, dist, Confinements.KEEPER);
    this.users = users;
    Confinements views = new Confinements(home, dist, offered, loader, groups, places, tpm, users);
    try {
      places.writeShown(home);
    } catch (IOException e) {
      throw new Failure(Exit.IO, "run/" + RootKeyPlaces.FILE + ": " + e.getMessage(), e);
    }
    long end = System.nanoTime() + limit.toNanos();
    for (Program program : List.of(Program.KEYD, Program.SERVER, Program.KEEPER)) {
      List<String> command = new ArrayList<>();
      if (program == Program.KEEPER) {
        command.addAll(own(users, loader));
      }
      command.addAll(dist.command(program, "Main", arguments(program, dist, loader, users)));
      Child child = new Child(program, sandbox, views.of(program), command, this);
      children.add(child);
      starting = child;
      child.start();
      // The server needs keyd as witness, the keeper both; a JVM that waits would only take CPU.
      awaitHealthy(program, end);
      starting = null;
    }
  }

  /** What puts the keeper in namespaces of its own, in which it may do more. */
  private static List<String> own(RuntimeUsers users, Loader loader) {
    List<String> mounting = loader == Loader.MEMORY ? List.of() : Loader.MOUNTING;
    return users
        .range()
        .map(range -> UidRange.own(Confinements.KEEPER, range.count()))
        .orElse(mounting);
  }

  /** As whom runtimes run, in words; known once all were started. */
  String users() {
    RuntimeUsers known = users;
    return known == null ? "not known yet" : known.words();
  }

  /** What runtimes may be given, if their command is signed with it. */
  List<String> devices() {
    return offered.devices().stream().map(node -> node.path().toString()).toList();
  }

  /** Which limits hold for runtimes, in words. */
  String limits() {
    return groups == null
        ? "descriptors, and processes unless run by root; no writable control group, so not memory"
            + " and processors"
        : "descriptors, and by control group " + String.join(", ", groups.inForce());
  }

  private List<String> arguments(Program program, Dist dist, Loader loader, RuntimeUsers users)
      throws Failure {
    List<String> arguments = new ArrayList<>(List.of("--home", Confinements.INSIDE.toString()));
    if (program == Program.KEYD) {
      arguments.addAll(places.daemon());
    }
    if (program == Program.KEEPER) {
      arguments.addAll(List.of("--plaintext", Confinements.PLAINTEXT.toString()));
      arguments.addAll(List.of("--loader", loader.word()));
      arguments.addAll(List.of("--runtime", dist.app(Confinements.RUNTIME).toString()));
      users
          .range()
          .ifPresent(r -> arguments.addAll(List.of("--users", Integer.toString(r.count()))));
      if (groups != null) {
        arguments.addAll(List.of("--cgroup", Confinements.GROUPS.toString()));
      }
      if (tpm != null) {
        arguments.addAll(tpm.arguments());
      }
      offered.directories().forEach(dir -> arguments.addAll(List.of("--bindable", dir.toString())));
      offered
          .devices()
          .forEach(node -> arguments.addAll(List.of("--device", node.path().toString())));
    }
    return arguments;
  }

  private void awaitHealthy(Program program, long end) throws Failure, InterruptedException {
    while (!answers(program)) {
      Failure why = broken;
      if (why != null) {
        throw why;
      }
      if (System.nanoTime() > end) {
        throw new Failure(
            Exit.UNAVAILABLE, program.label() + " did not answer in time; its output is above");
      }
      Thread.sleep(POLL);
    }
  }

  private boolean answers(Program program) {
    try {
      new Peer(socket(program), ASK).ask(Json.obj().put("op", "status").build());
      return true;
    } catch (Refusal e) {
      // It answered, so it lives.
      return true;
    } catch (IOException | BadInput e) {
      return false;
    }
  }

  private Path socket(Program program) {
    return switch (program) {
      case KEYD -> home.witness();
      case SERVER -> home.control();
      case KEEPER -> home.keeper();
      case SEALER -> throw new IllegalArgumentException("internal error: a sealer has no socket");
    };
  }

  @Override
  public void started(Child child) {
    report("process.started", Json.obj().put("process", child.program().label()).put("status", 0));
  }

  @Override
  public void exited(Child child, int status, boolean wanted) {
    if (!wanted && child == starting) {
      // One that never answered would fail again: its own last line says why.
      String name = child.program().label();
      String said = child.lastWords().orElse(name + " ended with status " + status);
      broken = new Failure(Exit.UNAVAILABLE, "cannot start: " + said + remedy(said));
    } else if (!wanted) {
      session
          .err()
          .println(
              "sallyport: "
                  + child.program().label()
                  + " ended with status "
                  + status
                  + "; starting it again");
    }
    report(
        "process.exited", Json.obj().put("process", child.program().label()).put("status", status));
  }

  private static String remedy(String said) {
    if (said.endsWith("none was given")) {
      return "; give it by --passphrase-file FILE";
    }
    return said.endsWith("no PIN file was given") ? "; give it by --pin-file FILE" : "";
  }

  @Override
  public void failed(Child child, String why) {
    if (child == starting) {
      broken =
          new Failure(Exit.UNAVAILABLE, "cannot start " + child.program().label() + ": " + why);
      return;
    }
    session
        .err()
        .println("sallyport: " + child.program().label() + " could not be started: " + why);
  }

  /** Tells the server; what it cannot take now (it may be the one that died) waits for the next. */
  private synchronized void report(String type, Json.Builder data) {
    unreported.add(
        Json.obj().put("op", "event").put("type", type).put("data", data.build()).build());
    flush();
  }

  /** Hands over what waits, oldest first; keeps the rest, at most 1,000 of them. */
  synchronized void flush() {
    try {
      while (!unreported.isEmpty()) {
        new Peer(home.control(), ASK).ask(unreported.getFirst());
        unreported.removeFirst();
      }
    } catch (IOException e) {
      while (unreported.size() > 1000) {
        unreported.removeFirst();
      }
    } catch (Refusal | BadInput e) {
      session.err().println("sallyport: the server refused a report: " + e.getMessage());
      unreported.removeFirst();
    }
  }

  /** Stops all, in order; each within its grace or by force. */
  void stop() throws InterruptedException {
    for (Program program : STOP_ORDER) {
      for (Child child : children) {
        if (child.program() == program) {
          child.stop(Duration.ofSeconds(program == Program.SERVER ? 15 : 8));
        }
      }
    }
  }

  @Override
  public void close() {
    sandbox.close();
    if (groups != null) {
      groups.close();
    }
  }
}
