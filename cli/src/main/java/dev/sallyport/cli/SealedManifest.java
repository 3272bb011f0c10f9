package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The statement over the plaintext of a sealed model, as it was signed when it was sealed. */
final class SealedManifest {
  private static final int MAX_ANSWER = 96 << 20;

  private final String model;
  private final long version;
  private final byte[] payload;

  private SealedManifest(String model, long version, byte[] payload) {
    this.model = model;
    this.version = version;
    this.payload = payload;
  }

  /**
   * Has it read and verified under the trust root; needs no key and no plaintext.
   *
   * @param version the newest if null
   */
  static SealedManifest read(Home home, String model, @Nullable Long version)
      throws Failure, IOException, BadInput, InterruptedException {
    if (!Names.isName(model)) {
      throw new Failure(Exit.USAGE, "model \"" + Json.clip(model) + "\": " + Names.RULE);
    }
    List<String> arguments = new ArrayList<>(List.of("--model", model));
    if (version != null) {
      arguments.addAll(List.of("--version", Long.toString(version)));
    }
    Json.Obj said =
        new VaultProcess(home, "Describe", MAX_ANSWER).ask(Confinements::describer, arguments);
    byte[] payload = said.base64("payload");
    if (!Digest.of(payload).equals(said.digest("manifest"))) {
      throw new BadInput("manifest of " + model + " has another digest than its name says");
    }
    return new SealedManifest(model, said.integer("version"), payload);
  }

  /** The bytes that were signed. */
  byte[] payload() {
    return payload.clone();
  }

  /** By which evidence, releases and the log know the model. */
  Digest id() {
    return Digest.of(payload);
  }

  long version() {
    return version;
  }

  /** For people: {@code tiny version 3}. */
  @Override
  public String toString() {
    return model + " version " + version;
  }
}
