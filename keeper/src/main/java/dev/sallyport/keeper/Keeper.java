package dev.sallyport.keeper;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.core.Listener;
import dev.sallyport.core.Refusal;
import dev.sallyport.keys.Lease;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.vault.ModelName;
import dev.sallyport.vault.SealedModel;
import dev.sallyport.vault.Vault;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The running keeper: answers {@code run}, {@code stop} and {@code status} of the server. Owned by
 * {@link Main}; closing it ends every model.
 */
final class Keeper implements AutoCloseable {
  private static final int MAX_MODELS = 64;

  private final Model.Context context;
  private final TrustRoot root;
  private final Map<String, Model> models = new TreeMap<>();
  private final Object starting = new Object();
  private final Listener listener;

  Keeper(Model.Context context, TrustRoot root) throws IOException, BadInput {
    this.context = context;
    this.root = root;
    this.listener = Listener.open(context.home().listen(), Listener.Limits.DEFAULT, this::answer);
  }

  private void answer(Json.Obj request, Listener.Exchange out)
      throws Refusal, BadInput, IOException {
    switch (request.string("op")) {
      case "run" -> out.ok(run(RunRequest.parse(request)));
      case "stop" -> out.ok(stop(ModelName.parse(request.string("model"))));
      case "status" -> out.ok(status());
      default -> throw new Refusal("op", "not an operation of this socket");
    }
  }

  private Json.Obj run(RunRequest run) throws Refusal, BadInput {
    context.launcher().requireAvailable(run);
    Model model = begin(run);
    try {
      return state(model.awaitHealthy());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal("stopped", "keeper ends");
    }
  }

  /** One start at a time, so that no model is begun twice; nothing else waits for it. */
  private Model begin(RunRequest run) throws Refusal, BadInput {
    synchronized (starting) {
      Model present = present(run);
      if (present != null) {
        return present;
      }
      try {
        return begun(run);
      } catch (IOException e) {
        Refusal refusal = new Refusal("unavailable", "cannot start: " + e.getMessage());
        refusal.initCause(e);
        throw refusal;
      }
    }
  }

  private synchronized @Nullable Model present(RunRequest run) throws Refusal {
    models.values().removeIf(Model::isOver);
    Model present = models.get(run.model().value());
    if (present != null && !present.request().asksAs(run)) {
      throw new Refusal(
          "busy", run.model() + " runs for another release or command; stop it first");
    }
    if (present == null && models.size() >= MAX_MODELS) {
      throw new Refusal("busy", models.size() + " models run; limit " + MAX_MODELS);
    }
    return present;
  }

  private Model begun(RunRequest run) throws Refusal, BadInput, IOException {
    // The manifest digest that this verifies is what the lease is asked for: keyd refuses if it is
    // not the release's.
    SealedModel sealed = new Vault(context.home().vault()).open(run.model(), run.version(), root);
    RunRequest measured = context.launcher().measure(run, context.loaders().directory());
    Model model;
    try {
      model = leased(measured, sealed);
    } catch (IOException | BadInput | Refusal | RuntimeException e) {
      measured.files().discard();
      throw e;
    }
    synchronized (this) {
      models.put(run.model().value(), model);
    }
    model.start();
    return model;
  }

  private Model leased(RunRequest run, SealedModel sealed) throws Refusal, BadInput, IOException {
    Leasing.Opened opened = context.leasing().open(run, sealed);
    try {
      return new Model(context, run, sealed, opened);
    } catch (IOException | Refusal e) {
      opened.keys().close();
      throw e;
    }
  }

  private Json.Obj stop(ModelName name) throws Refusal {
    Model model;
    synchronized (this) {
      model = models.get(name.value());
    }
    if (model == null || model.isOver()) {
      throw new Refusal("unknown", name + " does not run");
    }
    try {
      model.stop("stopped by the server");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Json.obj().put("state", "stopped").build();
  }

  private synchronized Json.Obj status() {
    List<Json> list = new ArrayList<>();
    for (Model model : models.values()) {
      if (!model.isOver()) {
        list.add(status(model));
      }
    }
    return Json.obj().put("models", Json.arr(list)).build();
  }

  private Json.Obj status(Model model) {
    RunRequest run = model.request();
    Json.Builder json =
        Json.obj()
            .put("model", run.model().value())
            .put("version", run.version())
            .put("release", run.release())
            .put("state", model.isHealthy() ? "running" : "starting")
            .put("loader", model.loader())
            .put("isolation", context.launcher().isolation())
            .put("notAfter", model.notAfter())
            .put("attestation", Json.arr(model.attestation()));
    run.profile().ifPresent(profile -> json.put("profile", profile.digest()));
    return json.build();
  }

  private static Json.Obj state(Lease lease) {
    return Json.obj()
        .put("state", "running")
        .put("lease", lease.id())
        .put("notAfter", lease.notAfter())
        .put("attestation", Json.arr(lease.attestation()))
        .build();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    List<Model> all;
    synchronized (this) {
      all = List.copyOf(models.values());
    }
    try {
      for (Model model : all) {
        model.stop("keeper ends");
      }
    } catch (InterruptedException e) {
      // The processes die with the sandbox, which the caller closes next.
      Thread.currentThread().interrupt();
    }
  }
}
