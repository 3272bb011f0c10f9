package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.LeaseRequest;
import dev.sallyport.keys.Statement;
import dev.sallyport.sandbox.ProgramFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Puts a command line on the list of those that may hold plaintext weights (spec/key-release.md
 * §4). keyd checks the signatures itself, so a server cannot choose the command.
 */
@Command(
    description = "Allows an inference server's command line, signed by two security admins.",
    footer = {
      "",
      "Example: sallyport commands allow --as sec1 --as sec2 --bind /opt/vllm \\",
      "             --profile gpu.json -- /opt/vllm/serve {model} {socket}"
    })
final class CommandsAllow implements Callable<Integer> {
  private final Session session;

  @Parameters(
      arity = "1..*",
      paramLabel = "-- CMD",
      description = "Word for word as in: sallyport run.")
  private List<String> command = new ArrayList<>();

  @Option(names = "--bind", paramLabel = "DIR", description = "As in: sallyport run.")
  private List<Path> bind = new ArrayList<>();

  @Mixin private final ProfileOption profile = new ProfileOption();

  @Mixin private final SignAll signers = new SignAll();

  @Option(names = "--note", paramLabel = "TEXT", description = "What it is and who reviewed it.")
  private String note = "";

  CommandsAllow(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException {
    signers.require();
    Optional<Json.Obj> document = profile.read();
    Json.Obj known = session.control().ask("commands.list");
    List<Json> commands = new ArrayList<>(known.array("commands"));
    Map<String, Digest> contents = measure();
    Digest digest =
        LeaseRequest.commandDigest(
            command, absolute(bind), contents, document.map(Json.Obj::digest));
    commands.add(entry(digest, contents, document));
    // Before anyone signs: this is what they sign.
    contents.forEach((path, of) -> session.say("contents    " + of.hex() + "  " + path));
    document.ifPresent(json -> session.say("profile     " + Json.toString(json)));
    Json.Obj predicate =
        Json.obj()
            .put("version", known.integer("version") + 1)
            .put("commands", Json.arr(commands))
            .build();
    Statement statement =
        Statement.about("commands", predicate.digest(), Statement.OWN + "commands/v1", predicate);
    Json.Obj accepted = session.control().submit(signers.sign(session.home(), statement));
    session.print(
        Json.obj().put("digest", digest).put("id", accepted.string("id")).build(),
        List.of("allowed     " + digest, "            " + String.join(" ", command)));
    return Exit.OK.status();
  }

  private Map<String, Digest> measure() throws BadInput, IOException {
    List<Path> directories = absolute(bind).stream().map(Path::of).toList();
    return new TreeMap<>(ProgramFiles.measure(command, directories).contents());
  }

  private Json entry(Digest digest, Map<String, Digest> contents, Optional<Json.Obj> document) {
    Json.Builder files = Json.obj();
    contents.forEach(files::put);
    Json.Builder entry =
        Json.obj()
            .put("digest", digest)
            .put("note", note)
            .put("command", Json.strings(command))
            .put("binds", Json.strings(absolute(bind)))
            .put("contents", files.build());
    document.ifPresent(json -> entry.put("profile", json));
    return entry.build();
  }

  /** Directories as {@code run} names them. */
  static List<String> absolute(List<Path> directories) {
    return directories.stream().map(d -> d.toAbsolutePath().normalize().toString()).toList();
  }
}
