package dev.sallyport.sandbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a process may see and do (spec/key-release.md §1). It starts from nothing: own user, pid,
 * ipc, uts and mount namespace, no network, no capability, an empty environment, the host's {@code
 * /usr} read-only, a minimal {@code /dev}, no {@code /proc}, a read-only root. All else is named.
 *
 * @param network whether the host's network is shared
 * @param proc whether a {@code /proc} of the own pid namespace is mounted; impossible for a sandbox
 *     that root starts within a sandbox
 * @param nesting whether the process may itself start sandboxes
 * @param dieWithParent whether the kernel kills the process when its {@link Sandbox} goes away
 * @param uid the user and group id that the process sees as its own
 * @param mounts in this order, after the base
 * @param environment the whole environment
 * @param directory the working directory, inside
 */
public record Confinement(
    boolean network,
    boolean proc,
    boolean nesting,
    boolean dieWithParent,
    int uid,
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

  /** Nothing but the base; the process dies with its parent. */
  public static Builder nothing() {
    return new Builder();
  }

  /** Collects what is granted beyond the base. */
  public static final class Builder {
    private boolean network;
    private boolean proc;
    private boolean nesting;
    private boolean dieWithParent = true;
    private int uid = 1000;
    private Path directory = Path.of("/");
    private final List<Mount> mounts = new ArrayList<>();
    private final Map<String, String> environment = new TreeMap<>();

    private Builder() {}

    /** Shares the host's network. */
    public Builder network() {
      network = true;
      return this;
    }

    /** Mounts a {@code /proc} that shows the own processes only. */
    public Builder proc() {
      proc = true;
      return this;
    }

    /** Lets the process start sandboxes of its own. */
    public Builder nesting() {
      nesting = true;
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

    public Builder readOnly(Path source, Path inside) {
      return mount(new Mount.ReadOnly(source, inside));
    }

    public Builder readWrite(Path source, Path inside) {
      return mount(new Mount.ReadWrite(source, inside));
    }

    public Builder device(Path node) {
      return mount(new Mount.Device(node, node));
    }

    /** An empty memory file system of at most {@code bytes}. */
    public Builder memory(Path inside, long bytes) {
      return mount(new Mount.Memory(inside, bytes));
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
      JavaFiles.of(javaHome).forEach(path -> readOnly(path, path));
      // Without /proc the launcher cannot find its own place, so the loader is told.
      return environment("LD_LIBRARY_PATH", javaHome.resolve("lib").toString())
          .environment("JAVA_HOME", javaHome.toString());
    }

    public Confinement build() {
      return new Confinement(
          network, proc, nesting, dieWithParent, uid, mounts, environment, directory);
    }
  }
}
