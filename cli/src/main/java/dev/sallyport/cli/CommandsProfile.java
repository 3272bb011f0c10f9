package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.sandbox.CommandProfile;
import dev.sallyport.sandbox.DeviceNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a profile for devices of this host, with the numbers that they have here. */
@Command(
    description = "Prints a profile that gives a runtime these devices of this host.",
    footer = {
      "",
      "Example: sallyport commands profile /dev/nvidia0 /dev/nvidiactl /dev/nvidia-uvm \\",
      "             --env CUDA_VISIBLE_DEVICES=0 >gpu.json",
      "Limits and system calls are added by hand: docs/operations.md."
    })
final class CommandsProfile implements Callable<Integer> {
  private final Session session;

  @Parameters(arity = "0..*", paramLabel = "/dev/NODE", description = "Character devices.")
  private List<Path> devices = new ArrayList<>();

  @Option(
      names = "--env",
      paramLabel = "NAME=VALUE",
      description = "A variable of the runtime; may be repeated.")
  private Map<String, String> environment = new TreeMap<>();

  CommandsProfile(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws BadInput {
    Json.Builder profile = Json.obj().put("version", 1);
    List<Json> nodes = new ArrayList<>();
    for (Path path : devices) {
      DeviceNode node = DeviceNode.onHost(path);
      nodes.add(
          Json.obj()
              .put("path", node.path().toString())
              .put("major", node.major())
              .put("minor", node.minor())
              .build());
    }
    if (!nodes.isEmpty()) {
      profile.put("devices", Json.arr(nodes));
    }
    if (!environment.isEmpty()) {
      Json.Builder variables = Json.obj();
      environment.forEach(variables::put);
      profile.put("environment", variables.build());
    }
    Json.Obj whole = profile.build();
    var _ = CommandProfile.parse(whole);
    session.print(whole, List.of(new String(whole.canonical(), StandardCharsets.UTF_8)));
    return Exit.OK.status();
  }
}
