package dev.sallyport.keeper;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.LeaseRequest;
import dev.sallyport.sandbox.CommandProfile;
import dev.sallyport.sandbox.ProgramFiles;
import dev.sallyport.vault.ModelName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the server asks to be run. It asks only: what may run is for keyd to say, by the digest of
 * command, binds and profile.
 *
 * @param command with the placeholders {@code {model}} and {@code {socket}}; {@link
 *     LeaseRequest#EMBEDDED} for the inference server that comes with Sallyport
 * @param binds directories of the host that the command needs, read-only
 * @param profile what its runtime gets beyond the installation's profile, or less
 * @param files what was measured behind them; none before that
 */
record RunRequest(
    ModelName model,
    long version,
    Digest release,
    List<String> command,
    List<String> binds,
    Optional<CommandProfile> profile,
    ProgramFiles files) {
  private static final int MAX_WORDS = 256;
  private static final int MAX_BINDS = 16;

  RunRequest {
    command = List.copyOf(command);
    binds = List.copyOf(binds);
  }

  static RunRequest parse(Json.Obj json) throws BadInput {
    json.only("op", "model", "version", "release", "command", "binds", "profile");
    List<String> command =
        json.find("command").isPresent() ? json.strings("command") : LeaseRequest.EMBEDDED;
    List<String> binds = json.find("binds").isPresent() ? json.strings("binds") : List.of();
    if (command.isEmpty() || command.size() > MAX_WORDS || binds.size() > MAX_BINDS) {
      throw new BadInput(command.size() + " words and " + binds.size() + " binds are not allowed");
    }
    if (json.find("profile").isPresent() && command.equals(LeaseRequest.EMBEDDED)) {
      throw new BadInput("a profile goes with a command; the embedded server has none");
    }
    return new RunRequest(
        ModelName.parse(json.string("model")),
        json.integer("version"),
        json.digest("release"),
        command,
        binds,
        profile(json),
        ProgramFiles.none());
  }

  private static Optional<CommandProfile> profile(Json.Obj json) throws BadInput {
    return json.find("profile").isPresent()
        ? Optional.of(CommandProfile.parse(json.object("profile")))
        : Optional.empty();
  }

  /** The same request, with the files that will run. */
  RunRequest with(ProgramFiles measured) {
    return new RunRequest(model, version, release, command, binds, profile, measured);
  }

  /** Whether it asks for the same. */
  boolean asksAs(RunRequest other) {
    return with(other.files).equals(other);
  }

  /** What keyd judges; of the embedded server it is the name alone. */
  Digest commandDigest() {
    if (embedded()) {
      return LeaseRequest.embeddedDigest();
    }
    return LeaseRequest.commandDigest(
        command, binds, files.contents(), profile.map(CommandProfile::digest));
  }

  boolean embedded() {
    return command.equals(LeaseRequest.EMBEDDED);
  }

  /** The binds as paths; nothing of the installation and no system directory may be among them. */
  List<Path> bindPaths(List<Path> bindable) throws BadInput {
    List<Path> paths = new ArrayList<>();
    for (String bind : binds) {
      Path path = Path.of(bind);
      boolean good = path.normalize().equals(path) && bindable.stream().anyMatch(path::startsWith);
      if (!good) {
        throw new BadInput("bind " + Json.clip(bind) + " is not a plain path under " + bindable);
      }
      paths.add(path);
    }
    return paths;
  }
}
