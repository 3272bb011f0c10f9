package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.sandbox.Confined;
import dev.sallyport.sandbox.Output;
import dev.sallyport.sandbox.Sandbox;
import dev.sallyport.sandbox.SandboxFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
    description = "Hashes, encrypts and signs a model into the vault.",
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
              new Confinements(home, dist, List.of(), null, Loader.MEMORY, null).sealer(real, key),
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
    if (version != null) {
      arguments.addAll(List.of("--version", Long.toString(version)));
    }
    return arguments;
  }

  /** The sealer writes one JSON object per line: progress, at the end what was sealed. */
  private int follow(Confined sealer) throws Failure, BadInput, IOException, InterruptedException {
    Progress progress = new Progress(session);
    Json.Obj last = Json.obj().build();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(sealer.output(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Json.Obj said = Json.parse(line).asObject("line of the sealer");
        if (!progress.show(said)) {
          last = said;
        }
      }
    } finally {
      progress.end();
      if (sealer.isAlive() && sealer.waitFor(Duration.ofSeconds(5)).isEmpty()) {
        sealer.kill(Duration.ofSeconds(5));
      }
    }
    int status = sealer.waitFor();
    if (status != 0) {
      throw refused(last, sealer.lastLines(), status);
    }
    session.print(
        last,
        List.of(
            "sealed      " + model + " version " + last.integer("version"),
            "manifest    " + last.string("manifest"),
            "size        " + Text.size(last.integer("bytes"))));
    return status;
  }

  private static Failure refused(Json.Obj last, List<String> errors, int status) throws BadInput {
    String said = errors.isEmpty() ? "the sealer ended with status " + status : errors.getLast();
    String message = last.find("error").isPresent() ? last.object("error").string("message") : said;
    for (Exit exit : Exit.values()) {
      if (exit.status() == status) {
        return new Failure(exit, message);
      }
    }
    return new Failure(Exit.REFUSED, message);
  }
}
