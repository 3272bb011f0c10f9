package dev.sallyport.sealer;

import dev.sallyport.core.Arguments;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import dev.sallyport.core.Peer;
import dev.sallyport.core.Refusal;
import dev.sallyport.custody.Hardening;
import dev.sallyport.custody.KeyRing;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.vault.ModelName;
import dev.sallyport.vault.SealedModel;
import dev.sallyport.vault.Vault;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Goes through the vault after a rotation: {@code --home DIR --current ID} has keyd wrap every data
 * key under the current root key that is still under an older one; {@code --home DIR} only lists.
 * Never sees a data key. May be killed and started again at any time. Prints one JSON object:
 * models with the root key each is under, unfinished ones too, how many were rewrapped, and what
 * failed.
 */
public final class Rewrap {
  private static final int MAX_TRUST_ROOT = 1 << 20;

  private final Vault vault;
  private final TrustRoot root;
  private final Peer keyd;
  private final List<Json> models = new ArrayList<>();
  private final List<String> failed = new ArrayList<>();
  private int rewrapped;

  private Rewrap(Path home) throws IOException, BadInput {
    this.vault = new Vault(home.resolve("vault"));
    this.root =
        TrustRoot.parse(
            Envelope.parse(Bounded.read(home.resolve("trust-root.json"), MAX_TRUST_ROOT)));
    this.keyd = new Peer(home.resolve("run/keyd-seal/seal.sock"), Duration.ofSeconds(30));
  }

  /** Entry point. */
  public static void main(String[] args) {
    Hardening.forbidDumps();
    try {
      Arguments arguments = Arguments.parse(args, List.of("--home", "--current"), List.of());
      Rewrap run = new Rewrap(Path.of(arguments.need("--home")));
      run.all(arguments.find("--current").orElse(""));
      System.out.println(Json.toString(run.result()));
    } catch (IOException | BadInput e) {
      System.err.println("rewrap: " + e.getMessage());
      System.exit(Failure.BAD_INPUT);
    }
  }

  private void all(String current) throws IOException, BadInput {
    for (ModelName model : vault.models()) {
      for (long version : vault.versions(model)) {
        try {
          one(model, version, current);
        } catch (IOException | BadInput | Refusal e) {
          // One broken model must not keep the others under an old key; it is named at the end.
          failed.add(model + " version " + version + ": " + e.getMessage());
        }
      }
      unfinished(model);
    }
  }

  /** A rotation leaves these: the next run of the sealer goes on, or seals anew. */
  private void unfinished(ModelName model) throws IOException {
    for (long version : vault.begun(model)) {
      try {
        Optional<byte[]> draft = vault.draft(model, version);
        draft.flatMap(KeyRing::keyIdOf).ifPresent(key -> add(model, version, key, false));
      } catch (BadInput e) {
        failed.add(model + " version " + version + " (unfinished): " + e.getMessage());
      }
    }
  }

  private void add(ModelName model, long version, String key, boolean finished) {
    models.add(
        Json.obj()
            .put("model", model.value())
            .put("version", version)
            .put("key", key)
            .put("finished", finished)
            .build());
  }

  private void one(ModelName model, long version, String current)
      throws IOException, BadInput, Refusal {
    SealedModel sealed = vault.open(model, version, root);
    String under = KeyRing.keyIdOf(sealed.wrapped()).orElse("");
    if (!current.isEmpty() && !under.equals(current)) {
      Json.Builder request =
          Json.obj()
              .put("op", "rewrap")
              .put("model", model.value())
              .put("version", version)
              .put("manifest", sealed.manifest())
              .put("wrapped", sealed.wrapped());
      sealed.carry().ifPresent(carry -> request.put("carry", carry));
      Json.Obj answer = keyd.ask(request.build());
      byte[] fresh = answer.base64("wrapped");
      Optional<byte[]> carry =
          sealed.carry().isPresent() ? Optional.of(answer.base64("carry")) : Optional.empty();
      under = KeyRing.keyIdOf(fresh).orElse("");
      if (!under.equals(current)) {
        throw new BadInput("keyd wrapped under " + under + ", not " + current);
      }
      sealed.rewrap(fresh, carry);
      rewrapped++;
    }
    add(model, version, under, true);
  }

  private Json.Obj result() {
    return Json.obj()
        .put("models", Json.arr(models))
        .put("rewrapped", rewrapped)
        .put("failed", Json.strings(failed))
        .build();
  }
}
