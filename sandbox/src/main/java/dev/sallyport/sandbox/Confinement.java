package dev.sallyport.sandbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * What a process may see and do (spec/key-release.md §1). It starts from nothing: own user, pid,
 * ipc, uts and mount namespace, no network, no capability, an empty environment, the host's {@code
 * /usr} read-only, a minimal {@code /dev}, no {@code /proc}, a read-only root. All else is named.
 *
 * @param profile what it may ask of the kernel, and how much of the machine it may take
 * @param filtered whether the seccomp filter of the profile is in force; tests show what it stops
 * @param restricted whether Landlock is in force as far as profile and kernel have it; tests again
 * @param group the control group it is started in, if it is bounded by one
 * @param proc whether a {@code /proc} of the own pid namespace is mounted; impossible for a sandbox
 *     that root starts within a sandbox
 * @param dieWithParent whether the kernel kills the process when its {@link Sandbox} goes away
 * @param uid the user and group id that the process sees as its own
 * @param range the ids that it may hand out to what it starts in turn
 * @param owner the user and group of whoever starts it that it really has; the starter's own, if
 *     none is named
 * @param mounts in this order, after the base
 * @param environment the whole environment
 * @param directory the working directory, inside
 */
public record Confinement(
    Profile profile,
    boolean filtered,
    boolean restricted,
    Optional<Cgroup> group,
    boolean proc,
    boolean dieWithParent,
    int uid,
    Optional<UidRange> range,
    OptionalInt owner,
    List<Mount> mounts,
    Map<String, String> environment,
    Path directory) {

  public Confinement {
    mounts = List.copyOf(mounts);
    environment = Map.copyOf(environment);
    for (Mount mount : mounts) {
      if (!mount.inside().isAbsolute()) {
        throw new IllegalArgumentException("internal error: mount point is not absolute");
      }
    }
  }

  /** Whether the host's network is shared. */
  boolean network() {
    return profile.network();
  }

  /** Whether the process may itself start sandboxes. */
  boolean nesting() {
    return profile.seccomp().newNamespaces();
  }

  /** Nothing but the base, under the runtime's profile; the process dies with its parent. */
  public static Builder nothing() {
    return new Builder();
  }

  /** Collects what is granted beyond the base. */
  public static final class Builder {
    private Profile profile = Profile.runtime();
    private boolean filtered = true;
    private boolean restricted = true;
    private Optional<Cgroup> group = Optional.empty();
    private boolean proc;
    private boolean dieWithParent = true;
    private int uid = 1000;
    private Optional<UidRange> range = Optional.empty();
    private OptionalInt owner = OptionalInt.empty();
    private Path directory = Path.of("/");
    private final List<Mount> mounts = new ArrayList<>();
    private final Map<String, String> environment = new TreeMap<>();

    private Builder() {}

    /** What it may ask of the kernel; the devices of the profile come with it. */
    public Builder profile(Profile profile) {
      this.profile = profile;
      return this;
    }

    /** Starts it in this group, before anything of it runs. */
    public Builder group(Cgroup bounded) {
      group = Optional.of(bounded);
      return this;
    }

    /** For tests that show what the filter stops. */
    Builder insecureUnfiltered() {
      filtered = false;
      return this;
    }

    /** For tests that show what Landlock stops. */
    Builder insecureUnrestricted() {
      restricted = false;
      return this;
    }

    /** Mounts a {@code /proc} that shows the own processes only. */
    public Builder proc() {
      proc = true;
      return this;
    }

    /** Lets the process outlive its {@link Sandbox}. */
    public Builder outlivesParent() {
      dieWithParent = false;
      return this;
    }

    public Builder uid(int uid) {
      this.uid = uid;
      return this;
    }

    /** Lets it hand these ids out to what it starts: it has the two capabilities for that. */
    public Builder range(UidRange given) {
      range = Optional.of(given);
      return this;
    }

    /** Starts it as this user and group; takes a process that has the range of it. */
    public Builder owner(int number) {
      owner = OptionalInt.of(number);
      return this;
    }

    public Builder readOnly(Path source, Path inside) {
      return mount(new Mount.ReadOnly(source, inside));
    }

    /** As {@link #readOnly}, for what is to be executed. */
    public Builder program(Path source, Path inside) {
      return mount(new Mount.Program(source, inside));
    }

    public Builder readWrite(Path source, Path inside) {
      return mount(new Mount.ReadWrite(source, inside));
    }

    public Builder device(Path node) {
      return mount(new Mount.Device(node, node));
    }

    /** An empty memory file system of at most {@code bytes}, for its owner only. */
    public Builder memory(Path inside, long bytes) {
      return mount(new Mount.Memory(inside, bytes, "0700"));
    }

    /**
     * The same at {@code /tmp}, where programs may lie that are bound below it: another user, such
     * as a runtime's, reaches these and lists nothing.
     */
    public Builder temporary(long bytes) {
      return mount(new Mount.Memory(Path.of("/tmp"), bytes, "0711"));
    }

    public Builder mount(Mount mount) {
      mounts.add(mount);
      return this;
    }

    public Builder environment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    /** The working directory, inside. */
    public Builder directory(Path inside) {
      directory = inside;
      return this;
    }

    /**
     * All that this Java needs to run inside: its files, and its libraries without {@code /proc}.
     */
    public Builder java(Path javaHome) {
      JavaFiles.of(javaHome).forEach(path -> program(path, path));
      // Without /proc the launcher cannot find its own place, so the loader is told.
      return environment("LD_LIBRARY_PATH", javaHome.resolve("lib").toString())
          .environment("JAVA_HOME", javaHome.toString());
    }

    public Confinement build() {
      profile.devices().forEach(this::device);
      return new Confinement(
          profile,
          filtered,
          restricted,
          group,
          proc,
          dieWithParent,
          uid,
          range,
          owner,
          mounts,
          environment,
          directory);
    }
  }
}
