package dev.sallyport.sandbox;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What one command's runtime gets beyond the installation's profile, or less of it, as two security
 * administrators signed it with the command (spec/key-release.md §4.1): devices, a few system
 * calls, variables, narrower limits. Read strictly; what may stand in it is a closed list, the
 * resource {@code grants.json}. Immutable.
 *
 * @param digest of the canonical document; part of the command that is signed
 * @param limits all of them: those of the document, else the installation's
 */
public record CommandProfile(
    Digest digest,
    List<DeviceNode> devices,
    Limits limits,
    Set<String> systemCalls,
    Map<String, String> environment) {
  /** The longest document, in bytes. */
  public static final int MAX = 1 << 14;

  private static final long VERSION = 1;
  private static final int MAX_DEVICES = 64;

  /** Nothing that could be a path: no variable makes a program read or load a file. */
  private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9_.,:;=+-]{1,256}");

  private static final Json.Obj GRANTS = Profile.resource("grants.json");

  public CommandProfile {
    devices = List.copyOf(devices);
    systemCalls = Set.copyOf(systemCalls);
    environment = Map.copyOf(environment);
  }

  /** Reads a document. */
  public static CommandProfile parse(Json.Obj json) throws BadInput {
    json.only("version", "devices", "limits", "systemCalls", "environment");
    if (json.canonical().length > MAX) {
      throw new BadInput("profile has more than " + MAX + " bytes");
    }
    if (json.integer("version") != VERSION) {
      throw new BadInput("version is " + json.integer("version") + "; it must be " + VERSION);
    }
    if (json.members().size() == 1) {
      throw new BadInput("profile neither gives nor limits anything");
    }
    return new CommandProfile(
        json.digest(), devices(json), limits(json), systemCalls(json), environment(json));
  }

  private static List<DeviceNode> devices(Json.Obj json) throws BadInput {
    List<DeviceNode> nodes = new ArrayList<>();
    Set<Path> paths = new HashSet<>();
    for (Json.Obj item : given(json, "devices") ? json.objects("devices") : List.<Json.Obj>of()) {
      DeviceNode node = DeviceNode.parse(item);
      if (!paths.add(node.path())) {
        throw new BadInput("device " + node.path() + " stands there twice");
      }
      nodes.add(node);
    }
    if (nodes.size() > MAX_DEVICES) {
      throw new BadInput(nodes.size() + " devices; limit " + MAX_DEVICES);
    }
    return nodes;
  }

  private static boolean given(Json.Obj json, String name) {
    return json.find(name).isPresent();
  }

  private static Limits limits(Json.Obj json) throws BadInput {
    Limits most = Profile.runtime().limits();
    return given(json, "limits") ? most.narrowed(json.object("limits")) : most;
  }

  private static Set<String> systemCalls(Json.Obj json) throws BadInput {
    Set<String> names = new LinkedHashSet<>();
    List<String> grantable = GRANTS.strings("systemCalls");
    for (String name :
        given(json, "systemCalls") ? json.strings("systemCalls") : List.<String>of()) {
      if (!grantable.contains(name) || !names.add(name)) {
        throw new BadInput("system call \"" + Json.clip(name) + "\" twice or not of " + grantable);
      }
    }
    return names;
  }

  private static Map<String, String> environment(Json.Obj json) throws BadInput {
    Map<String, String> variables = new TreeMap<>();
    if (!given(json, "environment")) {
      return variables;
    }
    List<String> grantable = GRANTS.strings("environment");
    Json.Obj given = json.object("environment");
    for (String name : given.members().keySet()) {
      String value = given.string(name);
      if (!grantable.contains(name)) {
        throw new BadInput("variable \"" + Json.clip(name) + "\" is none of " + grantable);
      }
      if (!VALUE.matcher(value).matches()) {
        throw new BadInput("variable " + name + " is not 1 to 256 of A-Z a-z 0-9 _.,:;=+-");
      }
      variables.put(name, value);
    }
    return variables;
  }

  /**
   * The runtime's profile with this one in it. INVARIANT: network, namespaces, socket families,
   * capabilities and Landlock stay those of the installation whatever the document says; what it
   * says is only ever a node, one of the listed calls, or a lower limit.
   */
  public Profile applied() {
    Profile runtime = Profile.runtime();
    Seccomp seccomp = runtime.seccomp();
    Set<String> allow = new LinkedHashSet<>(seccomp.allow());
    allow.addAll(systemCalls);
    Set<String> kill = new LinkedHashSet<>(seccomp.kill());
    kill.removeAll(systemCalls);
    return new Profile(
        runtime.name(),
        runtime.network(),
        new Seccomp(allow, kill, seccomp.sockets(), seccomp.newNamespaces()),
        runtime.landlock(),
        limits,
        devices.stream().map(DeviceNode::path).toList());
  }
}
