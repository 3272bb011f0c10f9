package dev.sallyport.server;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.tlog.CosignedCheckpoint;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What {@code sallyport status} shows. It asks keyd and keeper, and says so if they are away. */
final class StatusPage {
  private final Book book;
  private final Engine engine;
  private final Catalogue catalogue;
  private final KeydLink keyd;
  private final OwnChecks checks;
  private final String url;
  private final Instant started;

  StatusPage(
      Book book,
      Engine engine,
      Catalogue catalogue,
      KeydLink keyd,
      OwnChecks checks,
      String url,
      Instant started) {
    this.book = book;
    this.engine = engine;
    this.catalogue = catalogue;
    this.keyd = keyd;
    this.checks = checks;
    this.url = url;
    this.started = started;
  }

  Json.Obj toJson() {
    long principals = book.read(registry -> registry.principals().all().size());
    return Json.obj()
        .put("url", url)
        .put("started", started)
        .put("keyd", keyd())
        .put("keeper", up(engine.keeperUp(), engine.keeperMessage()))
        .put("log", log())
        .put("checks", checks.toJson())
        .put("principals", principals)
        .put("models", models())
        .put("releases", Views.lines(book))
        .build();
  }

  private Json.Obj keyd() {
    try {
      Json.Obj said = keyd.status();
      String memory = said.findString("memory").orElse("unknown");
      Json.Builder json = Json.obj().put("up", true).put("memory", memory);
      said.findString("rootKey").ifPresent(kind -> json.put("rootKey", kind));
      return json.build();
    } catch (IOException | BadInput | Refusal e) {
      return up(false, String.valueOf(e.getMessage()));
    }
  }

  private static Json.Obj up(boolean up, String message) {
    Json.Builder json = Json.obj().put("up", up);
    return up ? json.build() : json.put("message", message).build();
  }

  private Json.Obj log() {
    long witnessed = book.log().checkpoint().map(CosignedCheckpoint::size).orElse(0L);
    return Json.obj().put("size", book.log().size()).put("witnessed", witnessed).build();
  }

  private Json models() {
    List<Json> models = new ArrayList<>();
    for (Registry.Model m : book.read(Registry::models)) {
      Json.Builder json =
          Json.obj()
              .put("model", m.name())
              .put("version", m.version())
              .put("manifest", m.manifest())
              .put("state", catalogue.serves(m.name()) ? "SERVING" : "STOPPED");
      engine.running().stream()
          .filter(r -> r.model().equals(m.name()))
          .findFirst()
          .ifPresent(r -> {
            json.put("release", r.release()).put("notAfter", r.notAfter());
            json.put("attestation", Json.arr(r.attestation()));
            r.loader().ifPresent(loader -> json.put("loader", loader));
            r.isolation().ifPresent(isolation -> json.put("isolation", isolation));
            r.profile().ifPresent(profile -> json.put("profile", profile));
          });
      models.add(json.build());
    }
    return Json.arr(models);
  }
}
