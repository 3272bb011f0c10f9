package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import dev.sallyport.sandbox.CommandProfile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The profile that a command runs under, if it has one of its own. */
final class ProfileOption {
  @Option(
      names = "--profile",
      paramLabel = "FILE",
      description =
          "Devices, variables, narrower limits of this command's runtime (JSON, as made by:"
              + " sallyport commands profile); signed with it.")
  private @Nullable Path file;

  /** The document, which was read as strictly as the keeper will. */
  Optional<Json.Obj> read() throws Failure, BadInput {
    if (file == null) {
      return Optional.empty();
    }
    try {
      Json.Obj json = Json.parseObject(Bounded.read(file, CommandProfile.MAX));
      var _ = CommandProfile.parse(json);
      return Optional.of(json);
    } catch (IOException e) {
      throw new Failure(Exit.MISSING, "--profile " + file + " cannot be read", e);
    } catch (BadInput e) {
      throw new BadInput("--profile " + file + ": " + e.getMessage(), e);
    }
  }
}
