package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has the keeper take a lease, decrypt, and start the inference server in its sandbox. */
@Command(
    description = "Starts a released model in its sandbox.",
    footer = {
      "",
      "Examples:",
      "  sallyport run tiny --as sysadmin",
      "  sallyport run big --as sysadmin --bind /opt/vllm \\",
      "      -- /opt/vllm/serve {model} {socket}   (first: sallyport commands allow)"
    })
final class Run implements Callable<Integer> {
  private final Session session;
  @Mixin private final SignAs signAs = new SignAs();

  @Parameters(index = "0", paramLabel = "MODEL", description = "The sealed model's name.")
  private String model = "";

  @Parameters(
      index = "1..*",
      paramLabel = "-- CMD",
      description = "The inference server; {model} and {socket} stand for its two paths.")
  private List<String> command = new ArrayList<>();

  @Option(names = "--release", paramLabel = "RELEASE", description = "Default: the active one.")
  private @Nullable String release;

  @Option(
      names = "--bind",
      paramLabel = "DIR",
      description = "A directory that the inference server may read; may be repeated.")
  private List<Path> bind = new ArrayList<>();

  @Mixin private final ProfileOption profile = new ProfileOption();

  Run(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput {
    Json.Builder arguments = Json.obj().put("model", model);
    if (release != null) {
      arguments.put("release", Ids.parse(release));
    }
    if (!command.isEmpty()) {
      arguments.put("command", Json.strings(command));
    }
    Optional<Json.Obj> document = profile.read();
    if (document.isPresent() && command.isEmpty()) {
      throw new Failure(Exit.USAGE, "--profile goes with a command: … --profile FILE -- CMD");
    }
    document.ifPresent(json -> arguments.put("profile", json));
    if (!bind.isEmpty()) {
      arguments.put("binds", Json.strings(CommandsAllow.absolute(bind)));
    }
    Json.Obj running =
        session.control().submit(signAs.command(session.home(), "model.run", arguments.build()));
    session.print(
        running,
        List.of(
            "running     " + model,
            "release     " + running.string("release"),
            "lease until " + running.string("notAfter") + Status.attestation(running)));
    return Exit.OK.status();
  }
}
