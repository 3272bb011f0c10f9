package dev.sallyport.keeper;

import dev.sallyport.core.BadInput;
import dev.sallyport.sandbox.Confined;
import dev.sallyport.vault.ModelKeys;
import dev.sallyport.vault.SealedFile;
import dev.sallyport.vault.SealedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The files of one model as its runtime will see them; gone after {@link #wipe}. */
sealed interface Plaintext permits PlaintextInMemory, PlaintextOnDemand {
  /** How they get there, as shown in the status: {@code memory} or {@code fuse}. */
  String loader();

  /** What the sandbox shows to the runtime, read-only. */
  Path directory();

  SealedModel model();

  /**
   * Makes the files readable.
   *
   * @param keys closed as soon as it is not needed any more; closed by the caller at the end
   */
  void fill(ModelKeys keys) throws IOException, BadInput;

  /** This process, and what it starts, may read. */
  void admit(Confined runtime) throws IOException, BadInput;

  /** Ends reading and wipes. Wiping twice is allowed. */
  void wipe() throws IOException;

  /**
   * What {@code {model}} stands for inside the sandbox: the only GGUF file, else the directory.
   *
   * @param inside where the sandbox shows the directory
   */
  default Path entry(Path inside) {
    List<String> gguf =
        model().files().stream()
            .map(SealedFile::name)
            .filter(name -> name.endsWith(".gguf"))
            .limit(2)
            .toList();
    return gguf.size() == 1 ? inside.resolve(gguf.getFirst()) : inside;
  }
}
