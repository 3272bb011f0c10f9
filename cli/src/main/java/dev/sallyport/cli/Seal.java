package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.sandbox.Confined;
import dev.sallyport.sandbox.Output;
import dev.sallyport.sandbox.Sandbox;
import dev.sallyport.sandbox.SandboxFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Starts the sealer, which has no network and sees the source read-only, and shows its progress.
 */
@Command(
    description = "Scans, hashes, encrypts and signs a model into the vault.",
    footer = {"", "Example: sallyport seal ./llama-7b --model llama --as sysadmin"})
final class Seal implements Callable<Integer> {
  private final Session session;
  @Mixin private final SignAs signAs = new SignAs();

  @Parameters(paramLabel = "PATH", description = "A model file or a directory of one.")
  private Path source = Path.of("");

  @Option(
      names = "--model",
      required = true,
      paramLabel = "NAME",
      description = "Its name from now on.")
  private String model = "";

  @Option(names = "--version", paramLabel = "N", description = "Default: one more than the last.")
  private @Nullable Long version;

  @Option(
      names = "--segment",
      paramLabel = "SIZE",
      description = "1M (default), or 64K for models that are read in small pieces at random.")
  private String segment = "1M";

  @Option(
      names = "--afresh",
      description = "Encrypt everything, even files that the version before has unchanged.")
  private boolean afresh;

  @Option(
      names = "--allow-finding",
      paramLabel = "RULE",
      description = {
        "Seal in spite of errors of this rule, such as pickle-unknown-import; may be repeated.",
        "The log records it."
      })
  private List<String> allowed = new ArrayList<>();

  Seal(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException, InterruptedException {
    Home home = session.home().existing();
    if (!Names.isName(model)) {
      throw new Failure(Exit.USAGE, "--model \"" + model + "\": " + Names.RULE);
    }
    String bytes = segmentBytes();
    if (!Files.exists(source)) {
      throw new Failure(Exit.MISSING, "no such file or directory: " + source);
    }
    Path real = source.toRealPath();
    Path key = signAs.path(home).toRealPath();
    Dist dist = Dist.find();
    List<String> command = dist.command(Program.SEALER, "Main", arguments(real, key, bytes));
    try (Sandbox sandbox = Preflight.sandbox()) {
      Confined sealer =
          sandbox.start(
              new Confinements(
                      home, dist, List.of(), null, Loader.MEMORY, null, RootKeyPlace.file(), null)
                  .sealer(real, key),
              command,
              Output.PIPE);
      return follow(sealer);
    } catch (SandboxFailure e) {
      throw new Failure(Exit.UNAVAILABLE, String.valueOf(e.getMessage()), e);
    }
  }

  private String segmentBytes() throws Failure {
    return switch (segment) {
      case "1M" -> "1048576";
      case "64K" -> "65536";
      default -> throw new Failure(Exit.USAGE, "--segment " + segment + ": 1M or 64K");
    };
  }

  private List<String> arguments(Path real, Path key, String bytes) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--home", Confinements.INSIDE.toString()));
    arguments.addAll(List.of("--source", real.toString()));
    arguments.addAll(List.of("--model", model));
    arguments.addAll(List.of("--signer", key.toString()));
    arguments.addAll(List.of("--segment", bytes, "--afresh", Boolean.toString(afresh)));
    if (!allowed.isEmpty()) {
      arguments.addAll(List.of("--allow", String.join(",", allowed)));
    }
    if (version != null) {
      arguments.addAll(List.of("--version", Long.toString(version)));
    }
    return arguments;
  }

  private int follow(Confined sealer) throws Failure, BadInput, IOException, InterruptedException {
    Json.Obj sealed = SealerOutput.follow(session, sealer);
    session.print(
        sealed,
        List.of(
            "sealed      " + model + " version " + sealed.integer("version"),
            "manifest    " + sealed.string("manifest"),
            "size        " + Text.size(sealed.integer("bytes")),
            "scan        " + scanned(sealed.object("scan"))));
    return Exit.OK.status();
  }

  private static String scanned(Json.Obj scan) throws BadInput {
    List<String> allowed = scan.strings("allowed");
    return scan.integer("errors")
        + " errors, "
        + scan.integer("warnings")
        + " warnings"
        + (allowed.isEmpty() ? "" : "; allowed: " + String.join(", ", allowed));
  }
}
