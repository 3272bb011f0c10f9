package dev.sallyport.sandbox;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.sandbox.LandlockRight.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a process may still do with what it sees, by Landlock: a second wall behind the mount
 * namespace, that holds for paths nobody meant to show. Each kind of mount grants rights; all else
 * is denied. The rights are those of a profile, the paths those of a {@link Confinement}.
 * Immutable.
 *
 * <p>It is put in force within the sandbox, by the few lines of {@code landlock.pl}, right before
 * the command is executed: a restricted process cannot mount, so it must come after bubblewrap
 * (docs/adr/0053).
 *
 * @param programs what is executed: the system's, Java, the files behind the command
 * @param readOnly other things that are not to be written
 * @param readWrite directories to be written, memory among them
 * @param dev the nodes that every sandbox has, such as {@code /dev/null}
 * @param devices nodes that the profile lists
 * @param network rights beyond the own machine that are left
 * @param scoped what ends at the border of the sandbox
 */
public record Landlock(
    Set<LandlockRight> programs,
    Set<LandlockRight> readOnly,
    Set<LandlockRight> readWrite,
    Set<LandlockRight> dev,
    Set<LandlockRight> devices,
    Set<LandlockRight> network,
    Set<LandlockRight> scoped) {
  /** Newer ones bring rights that this table does not know; they are then not denied. */
  static final int NEWEST = 7;

  private static final Set<Kind> FILES = EnumSet.of(Kind.FILE, Kind.DIRECTORY);
  private static final Set<Kind> ON_A_FILE = EnumSet.of(Kind.FILE);
  private static final List<LandlockRight> ALL = List.of(LandlockRight.values());
  private static final List<String> SCRIPT = Script.of("landlock.pl");

  /** The same number on all processors. */
  private static final String PROBE = "print syscall(444, 0, 0, 1)";

  public Landlock {
    programs = Set.copyOf(programs);
    readOnly = Set.copyOf(readOnly);
    readWrite = Set.copyOf(readWrite);
    dev = Set.copyOf(dev);
    devices = Set.copyOf(devices);
    network = Set.copyOf(network);
    scoped = Set.copyOf(scoped);
  }

  static Landlock parse(Json.Obj json) throws BadInput {
    json.only("programs", "readOnly", "readWrite", "dev", "devices", "network", "scoped");
    return new Landlock(
        rights(json, "programs", FILES),
        rights(json, "readOnly", FILES),
        rights(json, "readWrite", FILES),
        rights(json, "dev", FILES),
        rights(json, "devices", ON_A_FILE),
        rights(json, "network", EnumSet.of(Kind.NETWORK)),
        rights(json, "scoped", EnumSet.of(Kind.SCOPE)));
  }

  private static Set<LandlockRight> rights(Json.Obj json, String name, Set<Kind> kinds)
      throws BadInput {
    Set<LandlockRight> rights = EnumSet.noneOf(LandlockRight.class);
    for (String word : json.strings(name)) {
      LandlockRight right = LandlockRight.parse(word);
      if (!kinds.contains(right.kind)) {
        throw new BadInput("right " + word + " has no place in " + name);
      }
      rights.add(right);
    }
    return rights;
  }

  /**
   * The version that this kernel offers to us; 0 if it has none, or if there is no Perl to ask with
   * (the script that would restrict is in Perl, too).
   */
  static int version() throws InterruptedException {
    if (!Script.possible()) {
      return 0;
    }
    try {
      Process asked = new ProcessBuilder(Script.PERL.toString(), "-e", PROBE).start();
      String said;
      try (InputStream in = asked.getInputStream()) {
        said = new String(in.readNBytes(16), StandardCharsets.US_ASCII);
      }
      return asked.waitFor() == 0 && said.matches("\\d{1,4}") ? Integer.parseInt(said) : 0;
    } catch (IOException none) {
      // Then nothing is claimed, and the script that would need Perl is not run.
      return 0;
    }
  }

  /** What to put before a command so that it starts restricted; nothing without Landlock. */
  List<String> launcher(Confinement view, List<Path> base, int version) throws SandboxFailure {
    if (version <= 0) {
      return List.of();
    }
    List<String> line = new ArrayList<>(SCRIPT);
    line.add(Integer.toString(version));
    line.add(Integer.toString(openat()));
    line.add(Long.toString(LandlockRight.bits(ALL, FILES, version)));
    long connections = LandlockRight.bits(ALL, EnumSet.of(Kind.NETWORK), version);
    line.add(
        Long.toString(connections & ~LandlockRight.bits(network, Set.of(Kind.NETWORK), version)));
    line.add(Long.toString(LandlockRight.bits(scoped, EnumSet.of(Kind.SCOPE), version)));
    for (Path path : base) {
      rule(line, programs, path, true, version);
    }
    Bubblewrap.ETC.forEach(file -> rule(line, readOnly, Path.of(file), false, version));
    if (view.network()) {
      Bubblewrap.ETC_NETWORK.forEach(f -> rule(line, readOnly, Path.of(f), false, version));
    }
    if (view.proc()) {
      rule(line, readOnly, Path.of("/proc"), true, version);
    }
    rule(line, dev, Path.of("/dev"), true, version);
    rule(line, readWrite, Path.of("/dev/shm"), true, version);
    for (Mount mount : view.mounts()) {
      // What does not show itself to us is the directory of another user.
      boolean directory =
          mount.host().map(at -> Files.isDirectory(at) || !Files.exists(at)).orElse(true);
      rule(line, of(mount), mount.inside(), directory, version);
    }
    line.add("--");
    return line;
  }

  private Set<LandlockRight> of(Mount mount) {
    return switch (mount) {
      case Mount.Program m -> programs;
      case Mount.ReadOnly m -> readOnly;
      case Mount.ReadWrite m -> readWrite;
      case Mount.Memory m -> readWrite;
      case Mount.Device m -> devices;
    };
  }

  private static void rule(
      List<String> line, Set<LandlockRight> rights, Path path, boolean directory, int version) {
    long bits = LandlockRight.bits(rights, directory ? FILES : ON_A_FILE, version);
    if (bits != 0) {
      line.add(Long.toString(bits));
      line.add(path.toString());
    }
  }

  private static int openat() throws SandboxFailure {
    return Profile.SYSCALLS.number("openat", Architecture.here()).orElseThrow();
  }
}
