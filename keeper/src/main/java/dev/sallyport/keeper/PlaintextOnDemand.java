package dev.sallyport.keeper;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.fuse.FuseFailure;
import dev.sallyport.fuse.MountListener;
import dev.sallyport.fuse.MountedModel;
import dev.sallyport.fuse.RuntimeCallers;
import dev.sallyport.sandbox.Confined;
import dev.sallyport.vault.ModelKeys;
import dev.sallyport.vault.SealedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Decrypted when read, through a mount that answers this runtime alone. */
final class PlaintextOnDemand implements Plaintext {
  private static final System.Logger LOG = System.getLogger("keeper");

  private final Path directory;
  private final SealedModel model;
  private final Instant now;
  private final RuntimeCallers callers;
  private final Consumer<String> end;
  private @Nullable MountedModel mounted;

  /** Whom the mount tells. */
  private final class Listener implements MountListener {
    @Override
    public void tampered(String place) {
      end.accept("tampered: " + place);
    }

    @Override
    public void broken(Exception cause) {
      LOG.log(System.Logger.Level.ERROR, "internal error in the file system", cause);
      end.accept("file system failed");
    }
  }

  private PlaintextOnDemand(
      Path directory,
      SealedModel model,
      Instant now,
      Set<Digest> executables,
      OptionalInt user,
      Consumer<String> refusals,
      Consumer<String> end) {
    this.directory = directory;
    this.model = model;
    this.now = now;
    this.callers = new RuntimeCallers(executables, user, refusals);
    this.end = end;
  }

  /**
   * An empty mount point for one model.
   *
   * @param executables what may read
   * @param user the runtime's, if it is not ours
   * @param refusals told of each process that was refused
   * @param end told why the runtime must end
   */
  static PlaintextOnDemand prepare(
      Path parent,
      SealedModel model,
      Instant now,
      Set<Digest> executables,
      OptionalInt user,
      Consumer<String> refusals,
      Consumer<String> end)
      throws IOException {
    Path directory = PlaintextInMemory.prepare(parent, model, user).directory();
    return new PlaintextOnDemand(directory, model, now, executables, user, refusals, end);
  }

  @Override
  public String loader() {
    return "fuse";
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
  public SealedModel model() {
    return model;
  }

  @Override
  public synchronized void fill(ModelKeys keys) throws IOException, BadInput {
    try {
      mounted =
          MountedModel.mount(
              model,
              keys,
              directory,
              callers,
              new Listener(),
              MountedModel.Dimensions.standard(),
              now);
    } catch (FuseFailure e) {
      throw new BadInput("loader fuse: " + e.getMessage(), e);
    }
  }

  @Override
  public void admit(Confined runtime) throws IOException, BadInput {
    callers.admit(runtime.pid());
  }

  @Override
  public synchronized void wipe() throws IOException {
    try (callers) {
      if (mounted != null) {
        mounted.close();
        mounted = null;
      }
    }
    Files.deleteIfExists(directory);
  }
}
