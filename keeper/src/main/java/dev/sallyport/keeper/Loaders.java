package dev.sallyport.keeper;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.vault.SealedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Chooses how a model gets before its runtime: decrypted into memory when it fits there, else
 * decrypted when read.
 *
 * @param directory on a memory file system; holds plaintext or mount points
 * @param choice what the operator wants
 */
record Loaders(Path directory, Choice choice, InstantSource clock) {
  private static final Path DEVICE = Path.of("/dev/fuse");

  /** What the operator wants. */
  enum Choice {
    AUTO,
    MEMORY,
    FUSE;

    static Choice parse(String word) throws BadInput {
      return switch (word) {
        case "auto" -> AUTO;
        case "memory" -> MEMORY;
        case "fuse" -> FUSE;
        default -> throw new BadInput("loader \"" + word + "\"; auto, memory or fuse is expected");
      };
    }
  }

  /**
   * An empty place for one model.
   *
   * @param user who may read, beside the keeper
   * @param refusals told of each process that was refused to read
   * @param end told why the runtime must end
   */
  Plaintext prepare(
      RunRequest run,
      SealedModel model,
      OptionalInt user,
      Consumer<String> refusals,
      Consumer<String> end)
      throws IOException {
    if (!onDemand(model)) {
      return PlaintextInMemory.prepare(directory, model, user);
    }
    // INVARIANT: digests of the copies that keyd judged, not of what lies at the place now.
    Set<Digest> executables = run.files().executables();
    return PlaintextOnDemand.prepare(
        directory, model, clock.instant(), executables, user, refusals, end);
  }

  private boolean onDemand(SealedModel model) throws IOException {
    return switch (choice) {
      case MEMORY -> false;
      case FUSE -> true;
      case AUTO -> !PlaintextInMemory.fits(directory, model) && Files.isWritable(DEVICE);
    };
  }
}
