package dev.sallyport.cli;

import dev.sallyport.sandbox.Cgroup;
import dev.sallyport.sandbox.Confinement;
import dev.sallyport.sandbox.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What each process sees (the table of spec/key-release.md §1). Inside, the installation is at
 * {@code /home}; a path that is not listed does not exist there.
 */
final class Confinements {
  /** Where a process finds its part of the installation. */
  static final Path INSIDE = Path.of("/home");

  /** Where the keeper decrypts to: memory that is gone with its process. */
  static final Path PLAINTEXT = Path.of("/plaintext");

  /** Where the keeper makes control groups for runtimes. */
  static final Path GROUPS = Path.of("/cgroup");

  /** Where a sealer that makes a plaintext copy finds its order, its holder's key, its target. */
  static final Path ORDER = Path.of("/unseal/order");

  static final Path SIGNER = Path.of("/unseal/signer");
  static final Path COPY = Path.of("/unseal/copy");

  /** The keeper's user in its sandbox. */
  static final int KEEPER = 1000;

  /** The embedded inference server. */
  static final String RUNTIME = "runtime-llama";

  /** Where inference servers of other makers usually lie (the keeper's rule). */
  private static final List<Path> USUAL = List.of(Path.of("/opt"), Path.of("/srv"));

  private final Home home;
  private final Dist dist;
  private final Offered.Here offered;
  private final Loader loader;
  private final @Nullable Cgroup groups;
  private final RootKeyPlaces places;
  private final @Nullable HostTpm tpm;
  private final RuntimeUsers users;

  /**
   * @param offered directories and devices that the keeper may give to runtimes
   * @param loader the keeper sees /dev/fuse only if it may use it
   * @param groups where the keeper may bound runtimes, if the machine lets us
   * @param places what keyd needs to reach its root keys
   * @param tpm what the keeper quotes, if it does
   * @param users whom the keeper can have runtimes run as
   */
  Confinements(
      Home home,
      Dist dist,
      Offered.Here offered,
      Loader loader,
      @Nullable Cgroup groups,
      RootKeyPlaces places,
      @Nullable HostTpm tpm,
      RuntimeUsers users) {
    this.users = users;
    this.loader = loader;
    this.groups = groups;
    this.places = places;
    this.tpm = tpm;
    this.home = home;
    this.dist = dist;
    this.offered = offered;
  }

  /** For processes that only seal and unseal. */
  static Confinements ofSealers(Home home, Dist dist) {
    return new Confinements(
        home,
        dist,
        Offered.Here.nothing(),
        Loader.MEMORY,
        null,
        RootKeyPlaces.none(),
        null,
        RuntimeUsers.none("no runtime is started"));
  }

  Confinement of(Program program) throws Failure {
    return switch (program) {
      case KEYD -> keyd().build();
      case SERVER -> server().build();
      case KEEPER -> keeper().build();
      case SEALER -> base(program).build();
    };
  }

  /** INVARIANT: the only process with a network sees no vault, no lease socket, no keeper key. */
  private Confinement.Builder server() throws Failure {
    Confinement.Builder view = base(Program.SERVER);
    write(view, "server");
    write(view, "run/server");
    read(view, "run/keyd");
    read(view, "run/keeper");
    read(view, "run/models");
    return view;
  }

  private Confinement.Builder keyd() throws Failure {
    Confinement.Builder view = base(Program.KEYD);
    write(view, "keyd");
    write(view, "run/keyd");
    write(view, "run/keyd-seal");
    write(view, "run/keyd-lease");
    places.show(view);
    return view;
  }

  private Confinement.Builder keeper() throws Failure {
    Confinement.Builder view = base(Program.KEEPER).proc().uid(KEEPER);
    users.range().ifPresent(view::range);
    view.memory(PLAINTEXT, Memory.bytes() / 4 * 3);
    if (loader != Loader.MEMORY) {
      view.device(Loader.DEVICE);
    }
    if (tpm != null) {
      tpm.show(view);
    }
    Path runtime = dist.app(RUNTIME);
    view.readOnly(runtime, runtime);
    USUAL.stream().filter(Files::isDirectory).forEach(tree -> view.readOnly(tree, tree));
    offered.directories().forEach(tree -> view.readOnly(tree, tree));
    offered.devices().forEach(node -> view.device(node.path()));
    if (groups != null) {
      groups.mounts(GROUPS).forEach(view::mount);
      view.group(unswapped(groups));
    }
    write(view, "keeper");
    write(view, "run/keeper");
    write(view, "run/models");
    read(view, "vault");
    read(view, "run/keyd-lease");
    read(view, "run/server");
    return view;
  }

  /**
   * The keeper's own group: the memory file system with the plaintext is its memory, and nothing of
   * the group is swapped. The name is none that a model can have.
   */
  private static Cgroup unswapped(Cgroup groups) throws Failure {
    try {
      return groups.child("+keeper", Profile.keeper().limits());
    } catch (IOException e) {
      throw new Failure(Exit.UNAVAILABLE, "control group of the keeper: " + e.getMessage(), e);
    }
  }

  /** A sealer of one model: the source and the signer's key come on top. */
  Confinement sealer(Path source, Path key) throws Failure {
    Confinement.Builder view = base(Program.SEALER);
    write(view, "vault");
    read(view, "run/keyd-seal");
    read(view, "run/server");
    return view.readOnly(source, source).readOnly(key, key).build();
  }

  /** A sealer that makes a plaintext copy: it writes there and nowhere else. */
  Confinement unsealer(Path order, Path target, Path key) throws Failure {
    Confinement.Builder view = base(Program.SEALER);
    read(view, "vault");
    read(view, "run/keyd-seal");
    read(view, "run/server");
    return view.readOnly(order, ORDER).readOnly(key, SIGNER).readWrite(target, COPY).build();
  }

  /** What goes through the vault after a rotation: it sees no model in the clear, and no server. */
  Confinement rewrapper() throws Failure {
    Confinement.Builder view = base(Program.SEALER);
    write(view, "vault");
    read(view, "run/keyd-seal");
    return view.build();
  }

  /** What reads the manifest of a sealed model. */
  Confinement describer() throws Failure {
    Confinement.Builder view = base(Program.SEALER);
    read(view, "vault");
    return view.build();
  }

  /** A device, socket or directory outside /usr, at its own place. */
  static void reach(Confinement.Builder view, Path path) {
    if (path.startsWith("/dev")) {
      view.device(path);
    } else if (!path.startsWith("/usr")) {
      view.readWrite(path, path);
    }
  }

  private Confinement.Builder base(Program program) throws Failure {
    Path app = dist.app(program.label());
    Confinement.Builder view =
        Confinement.nothing()
            // First: it must not cover programs that lie below /tmp.
            .temporary(64L << 20)
            .java(Dist.javaHome())
            .readOnly(app, app)
            .environment("PATH", "/usr/bin:/bin")
            // Without it a JVM reads names of files as ASCII, and a model may have any.
            .environment("LC_ALL", "C.UTF-8")
            .readOnly(home.trustRoot(), INSIDE.resolve("trust-root.json"));
    view.profile(profile(program));
    dist.cache(program.label()).ifPresent(file -> view.readOnly(file, file));
    return view;
  }

  private static Profile profile(Program program) {
    return switch (program) {
      case KEYD, SEALER -> Profile.service();
      case SERVER -> Profile.server();
      case KEEPER -> Profile.keeper();
    };
  }

  private void read(Confinement.Builder view, String name) {
    view.readOnly(home.path().resolve(name), INSIDE.resolve(name));
  }

  private void write(Confinement.Builder view, String name) {
    view.readWrite(home.path().resolve(name), INSIDE.resolve(name));
  }
}
