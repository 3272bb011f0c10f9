package dev.sallyport.sandbox;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a kind of process may ask of the kernel, as data (spec/key-release.md §1): JSON resources
 * beside this class, one per kind, read strictly: a member, a namespace, a group or a system call
 * that is not known is an error. Immutable.
 *
 * @param network whether the host's network is shared
 * @param landlock none for a process that mounts: a restricted one cannot
 * @param devices nodes below {@code /dev} that it may use
 */
public record Profile(
    String name,
    boolean network,
    Seccomp seccomp,
    Optional<Landlock> landlock,
    Limits limits,
    List<Path> devices) {
  private static final int MAX = 1 << 17;

  /** Never left out; {@code net} may be, and then the host's network is shared. */
  private static final List<String> NAMESPACES =
      List.of("user", "mount", "pid", "ipc", "uts", "cgroup");

  private static final String NET = "net";

  static final Syscalls SYSCALLS = table();
  private static final Json.Obj GROUPS = resource("groups.json");

  public Profile {
    devices = List.copyOf(devices);
  }

  /** For inference servers: the narrowest. */
  public static Profile runtime() {
    return of("runtime");
  }

  /** For processes that hold keys, without a network. */
  public static Profile service() {
    return of("service");
  }

  /** As {@link #service}, with the network. */
  public static Profile server() {
    return of("server");
  }

  /** For the process that itself starts sandboxes and mounts file systems. */
  public static Profile keeper() {
    return of("keeper");
  }

  private static Profile of(String name) {
    try {
      return parse(resource(name + ".json"));
    } catch (BadInput e) {
      throw new IllegalStateException("internal error: profile " + name, e);
    }
  }

  /** Reads a profile. */
  public static Profile parse(Json.Obj json) throws BadInput {
    json.only("name", "namespaces", "seccomp", "landlock", "limits", "devices");
    return new Profile(
        json.string("name"),
        !namespaces(json.strings("namespaces")).contains(NET),
        seccomp(json.object("seccomp")),
        landlock(json),
        Limits.parse(json.object("limits")),
        devices(json.strings("devices")));
  }

  private static Set<String> namespaces(List<String> names) throws BadInput {
    Set<String> found = new HashSet<>(names);
    if (!found.containsAll(NAMESPACES)) {
      throw new BadInput("namespaces " + names + " leave out some of " + NAMESPACES);
    }
    for (String name : names) {
      if (!NAMESPACES.contains(name) && !name.equals(NET)) {
        throw new BadInput("namespace \"" + Json.clip(name) + "\" is not known here");
      }
    }
    return found;
  }

  private static Seccomp seccomp(Json.Obj json) throws BadInput {
    json.only("groups", "allow", "kill", "sockets", "newNamespaces");
    Set<String> allow = new LinkedHashSet<>();
    for (String group : json.strings("groups")) {
      if (GROUPS.find(group).isEmpty()) {
        throw new BadInput("group \"" + Json.clip(group) + "\" of system calls is not known here");
      }
      allow.addAll(known(GROUPS.strings(group)));
    }
    allow.addAll(known(json.strings("allow")));
    Set<String> kill = new LinkedHashSet<>(known(json.strings("kill")));
    for (String name : kill) {
      if (allow.contains(name)) {
        throw new BadInput("system call " + name + " is both allowed and deadly");
      }
    }
    Set<SocketFamily> sockets = new LinkedHashSet<>();
    for (String family : json.strings("sockets")) {
      sockets.add(SocketFamily.parse(family));
    }
    return new Seccomp(allow, kill, sockets, json.bool("newNamespaces"));
  }

  private static Optional<Landlock> landlock(Json.Obj json) throws BadInput {
    boolean there = json.find("landlock").isPresent();
    return there ? Optional.of(Landlock.parse(json.object("landlock"))) : Optional.empty();
  }

  private static List<String> known(List<String> names) throws BadInput {
    for (String name : names) {
      if (!SYSCALLS.knows(name)) {
        throw new BadInput("system call \"" + Json.clip(name) + "\" is not known here");
      }
    }
    return names;
  }

  private static List<Path> devices(List<String> names) throws BadInput {
    List<Path> nodes = new ArrayList<>();
    for (String name : names) {
      Path node = Path.of(name);
      boolean plain = node.normalize().equals(node) && node.startsWith("/dev");
      if (!plain || node.getNameCount() < 2) {
        throw new BadInput("device " + Json.clip(name) + " is not a plain path below /dev");
      }
      nodes.add(node);
    }
    return nodes;
  }

  /** The seccomp filter for this machine. */
  byte[] filter() throws SandboxFailure {
    return seccomp.program(SYSCALLS, Architecture.here()).bytes();
  }

  private static Syscalls table() {
    try {
      return Syscalls.parse(new String(read("syscalls.txt"), StandardCharsets.US_ASCII));
    } catch (BadInput e) {
      throw new IllegalStateException("internal error: table of system calls", e);
    }
  }

  /** A resource beside this class. */
  static Json.Obj resource(String name) {
    try {
      return Json.parseObject(read(name));
    } catch (BadInput e) {
      throw new IllegalStateException("internal error: resource " + name, e);
    }
  }

  private static byte[] read(String name) throws BadInput {
    try (InputStream in = Profile.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("internal error: no resource " + name);
      }
      return Bounded.read(in, MAX, name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
