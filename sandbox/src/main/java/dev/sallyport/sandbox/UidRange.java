package dev.sallyport.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * User and group ids of the host that are ours to give, so that each model's runtime can have its
 * own (docs/adr/0053): those of {@code /etc/subuid} and {@code /etc/subgid}; root may take any.
 * Within the sandbox of the process that hands them out they begin at {@link #INSIDE}.
 *
 * @param user the host's number of whoever starts sandboxes
 * @param group likewise
 * @param users the first of the range on the host
 * @param groups likewise
 * @param count of both
 * @param tools the directory of newuidmap(1), unless root writes the maps itself
 */
public record UidRange(
    long user, long group, long users, long groups, int count, Optional<Path> tools) {
  /** The first of the range, inside. */
  public static final int INSIDE = 100_000;

  private static final int MOST = 4096;
  private static final int LEAST = 64;

  /** Of root without an entry: above what distributions, containers and services use. */
  private static final long OF_ROOT = 2_100_000_000L;

  private static final Path TOOLS = Path.of("/usr/bin");
  private static final List<String> SCRIPT = Script.of("range.pl");

  /** What this user may give; empty if nothing. */
  public static Optional<UidRange> here() throws IOException {
    long user = id("unix:uid");
    long group = id("unix:gid");
    String name = System.getProperty("user.name");
    Optional<Subordinate> users = find(Path.of("/etc/subuid"), name, user);
    Optional<Subordinate> groups = find(Path.of("/etc/subgid"), name, user);
    boolean both = users.isPresent() && groups.isPresent();
    if (!Script.possible() || !(both || user == 0)) {
      return Optional.empty();
    }
    if (!both) {
      return Optional.of(new UidRange(user, group, OF_ROOT, OF_ROOT, MOST, Optional.empty()));
    }
    boolean tools =
        Files.isExecutable(TOOLS.resolve("newuidmap"))
            && Files.isExecutable(TOOLS.resolve("newgidmap"));
    long count = Math.min(MOST, Math.min(users.get().count(), groups.get().count()));
    if (count < LEAST || !(tools || user == 0)) {
      return Optional.empty();
    }
    Optional<Path> by = user == 0 ? Optional.empty() : Optional.of(TOOLS);
    return Optional.of(
        new UidRange(user, group, users.get().first(), groups.get().first(), (int) count, by));
  }

  /** A line of subuid(5). */
  record Subordinate(long first, long count) {}

  static Optional<Subordinate> find(Path file, String name, long user) throws IOException {
    if (!Files.isReadable(file)) {
      return Optional.empty();
    }
    for (String line : Files.readAllLines(file)) {
      String[] cells = line.split(":", -1);
      boolean ours =
          cells.length == 3 && (cells[0].equals(name) || cells[0].equals(Long.toString(user)));
      if (ours && cells[1].matches("\\d{1,10}") && cells[2].matches("\\d{1,10}")) {
        return Optional.of(new Subordinate(Long.parseLong(cells[1]), Long.parseLong(cells[2])));
      }
    }
    return Optional.empty();
  }

  private static long id(String attribute) throws IOException {
    return ((Number) Files.getAttribute(Path.of("/proc/self"), attribute)).longValue();
  }

  /**
   * What is put before bubblewrap, whose arguments then begin with {@link #ANNOUNCE}.
   *
   * @param inside what bubblewrap's own user becomes
   */
  List<String> before(int inside) {
    return line(
        map(inside, user, users), map(inside, group, groups), tools.map(Path::toString).orElse(""));
  }

  /** How bubblewrap waits for its maps. */
  static final List<String> ANNOUNCE = List.of("--info-fd", "{ready}", "--userns-block-fd", "{go}");

  /** The shell that waits for its maps, closes the descriptors and goes on. */
  private static final String WAIT =
      "r=$1 g=$2; shift 2; echo \"\\\"child-pid\\\": $$ \" >&\"$r\"; eval \"exec $r>&-\"; "
          + "read -r go <&\"$g\" || exit 125; eval \"exec $g<&-\"; exec \"$@\"";

  /**
   * For a process that has the range within its sandbox: puts a command in a user and a mount
   * namespace of its own, in which it has all capabilities and the range still.
   *
   * @param inside its user and group there, as in the sandbox
   */
  public static List<String> own(int inside, int count) {
    String map = inside + " " + inside + " 1," + INSIDE + " " + INSIDE + " " + count;
    List<String> line = new ArrayList<>(line(map, map, ""));
    line.addAll(List.of("/usr/bin/unshare", "--user", "--mount", "--keep-caps", "--"));
    line.addAll(List.of("/bin/sh", "-c", WAIT, "sh", "{ready}", "{go}"));
    return line;
  }

  private String map(int inside, long self, long first) {
    return inside + " " + self + " 1," + INSIDE + " " + first + " " + count;
  }

  private static List<String> line(String users, String groups, String tools) {
    List<String> line = new ArrayList<>(SCRIPT);
    line.addAll(List.of(users, groups, tools, "--"));
    return line;
  }
}
