package dev.sallyport.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Writes the command line of bwrap(1) for a {@link Confinement}. Pure but for looking at links. */
final class Bubblewrap {
  private static final List<String> MERGED = List.of("bin", "sbin", "lib", "lib64", "lib32");

  /** The loader's cache: without it, libraries outside the default directories are not found. */
  static final List<String> ETC = List.of("/etc/ld.so.cache", "/etc/alternatives");

  /** What name resolution needs, for processes that have the network. */
  static final List<String> ETC_NETWORK =
      List.of("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf");

  /**
   * Joins the control groups, then brings the filter to bwrap: the standard input of this process
   * becomes descriptor 9, so that no file is in between that could be exchanged, and the sandbox's
   * own input is empty. Arguments: number of groups, groups, command line.
   */
  private static final String ENTER =
      "n=$1; shift; "
          + "while [ \"$n\" -gt 0 ]; do echo 0 >\"$1/cgroup.procs\" || exit 125; "
          + "shift; n=$((n-1)); done; "
          + "exec 9<&0 </dev/null; exec \"$@\"";

  private static final String PRLIMIT = "/usr/bin/prlimit";

  private Bubblewrap() {}

  /**
   * @param landlock the version that is in force, 0 for none
   */
  static List<String> commandLine(Path bwrap, Confinement c, int landlock, List<String> command)
      throws SandboxFailure {
    List<String> line = new ArrayList<>();
    List<Path> groups = c.group().map(Cgroup::directories).orElse(List.of());
    // Of another user than we are, sockets must be open to us; its directory is not to others.
    String enter = c.owner().isPresent() ? "umask 0; " + ENTER : ENTER;
    line.addAll(List.of("/bin/sh", "-c", enter, "sh", Integer.toString(groups.size())));
    groups.forEach(group -> line.add(group.toString()));
    c.owner().ifPresent(owner -> line.addAll(become(owner)));
    c.range().ifPresent(range -> line.addAll(range.before(c.uid())));
    line.add(bwrap.toString());
    c.range().ifPresent(_ -> line.addAll(UidRange.ANNOUNCE));
    if (c.filtered()) {
      line.addAll(List.of("--seccomp", "9"));
    }
    namespaces(c, line);
    base(c, line);
    for (Mount mount : c.mounts()) {
      requireSource(mount);
      if (c.range().isPresent()) {
        line.addAll(passages(mount.inside()));
      }
      line.addAll(mount.arguments());
    }
    // After all mount points were made: nothing is writable but what was named.
    line.addAll(List.of("--remount-ro", "/", "--clearenv"));
    c.environment().forEach((name, value) -> line.addAll(List.of("--setenv", name, value)));
    line.addAll(List.of("--chdir", c.directory().toString(), "--"));
    line.addAll(limits(c.profile().limits()));
    if (c.restricted() && c.profile().landlock().isPresent()) {
      line.addAll(c.profile().landlock().get().launcher(c, programs(), landlock));
    }
    line.addAll(command);
    return line;
  }

  private static List<String> become(int owner) {
    return List.of(
        "/usr/bin/setpriv",
        "--reuid=" + owner,
        "--regid=" + owner,
        "--clear-groups",
        "--inh-caps=-all",
        "--ambient-caps=-all",
        "--");
  }

  /**
   * Limits that need no control group. They are set inside: the kernel counts processes per user
   * and user namespace, and does not count those of the host's root.
   */
  private static List<String> limits(Limits limits) {
    return List.of(
        PRLIMIT,
        // Of 1 the kernel gives a dump to no file, and unlike of 0 to no program (core(5)).
        "--core=" + atMost("Max core file size", 1),
        "--nofile=" + atMost("Max open files", limits.files()),
        "--nproc=" + atMost("Max processes", limits.processes()),
        "--");
  }

  /** The limit, or our own if that is lower: only root may raise it. */
  private static String atMost(String name, long wanted) {
    long hard = wanted;
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/limits"))) {
      String line = lines.filter(l -> l.startsWith(name)).findFirst().orElse("");
      String[] cells =
          line.substring(Math.min(line.length(), name.length())).strip().split(" +", -1);
      hard = cells.length > 1 && cells[1].matches("\\d+") ? Long.parseLong(cells[1]) : wanted;
    } catch (IOException noProc) {
      // Then prlimit itself fails if the limit cannot be had, and nothing starts.
      hard = wanted;
    }
    long limit = Math.min(wanted, hard);
    return limit + ":" + limit;
  }

  private static void namespaces(Confinement c, List<String> line) {
    String uid = Integer.toString(c.uid());
    line.addAll(List.of("--unshare-user", "--uid", uid, "--gid", uid));
    line.addAll(List.of("--unshare-pid", "--unshare-ipc", "--unshare-uts"));
    if (!c.nesting()) {
      // One that starts others in groups must reach these, which lie beside its own.
      line.add("--unshare-cgroup-try");
    }
    line.addAll(List.of("--cap-drop", "ALL", "--new-session"));
    if (c.range().isPresent()) {
      line.addAll(List.of("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"));
    }
    if (!c.network()) {
      line.add("--unshare-net");
    }
    if (!c.nesting()) {
      line.add("--disable-userns");
    }
    if (c.dieWithParent()) {
      line.add("--die-with-parent");
    }
  }

  private static void base(Confinement c, List<String> line) {
    line.addAll(List.of("--ro-bind", "/usr", "/usr"));
    for (String name : MERGED) {
      Path dir = Path.of("/", name);
      if (Files.isSymbolicLink(dir)) {
        line.addAll(List.of("--symlink", target(dir), dir.toString()));
      } else if (Files.isDirectory(dir, LinkOption.NOFOLLOW_LINKS)) {
        line.addAll(List.of("--ro-bind", dir.toString(), dir.toString()));
      }
    }
    if (c.range().isPresent()) {
      line.addAll(passages(Path.of(ETC.getFirst())));
    }
    ETC.forEach(file -> line.addAll(List.of("--ro-bind-try", file, file)));
    if (c.network()) {
      ETC_NETWORK.forEach(file -> line.addAll(List.of("--ro-bind-try", file, file)));
    }
    line.addAll(List.of("--dev", "/dev"));
    if (c.nesting()) {
      // An inner bwrap builds its tree on /tmp, which must exist.
      line.addAll(List.of("--dir", "/tmp"));
    }
    if (c.proc()) {
      line.addAll(List.of("--proc", "/proc"));
    }
  }

  /** Where the system's own programs lie in every sandbox. */
  private static List<Path> programs() {
    List<Path> places = new ArrayList<>(List.of(Path.of("/usr")));
    MERGED.stream()
        .map(name -> Path.of("/", name))
        .filter(dir -> Files.isDirectory(dir, LinkOption.NOFOLLOW_LINKS))
        .forEach(places::add);
    return places;
  }

  /** What leads to a path: bubblewrap would make it for one user alone. */
  private static List<String> passages(Path inside) {
    List<String> line = new ArrayList<>();
    for (int depth = 1; depth < inside.getNameCount(); depth++) {
      Path above = Path.of("/").resolve(inside.subpath(0, depth));
      line.addAll(List.of("--perms", "0711", "--dir", above.toString()));
    }
    return line;
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      throw new IllegalStateException("internal error: " + link + " was a link just now", e);
    }
  }

  private static void requireSource(Mount mount) throws SandboxFailure {
    Path source = mount.host().orElse(null);
    // A mount of another user's may be there and not tell us so; bubblewrap then looks itself.
    if (source != null && Files.notExists(source)) {
      throw new SandboxFailure(
          SandboxFailure.Reason.SOURCE_MISSING,
          "cannot bind " + source + " to " + mount.inside() + ": it does not exist");
    }
  }
}
