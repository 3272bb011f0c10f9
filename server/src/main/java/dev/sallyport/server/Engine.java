package dev.sallyport.server;

import dev.sallyport.audit.AuditFailure;
import dev.sallyport.audit.Receipt;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.release.ReleaseView;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Brings what runs in line with what the log says: cuts answers off, tells keyd, starts again what
 * should run. One method, {@link #turn}, is called once a second by the server's own thread; the
 * others by whoever changes something.
 */
final class Engine {
  private static final System.Logger LOG = System.getLogger("server");

  /** How long a model that could not be started again rests. */
  private static final Duration REST = Duration.ofSeconds(15);

  /** Ends answers under way; the gateway's, once it runs. */
  interface Cutter {
    void cutModel(String model);

    void cutPrincipal(String principal);
  }

  private final Book book;
  private final KeeperLink keeper;
  private final Revoker revoker;
  private final Catalogue catalogue;
  private final InstantSource clock;
  private final Map<String, Instant> resting = new ConcurrentHashMap<>();
  private volatile List<KeeperLink.Running> running = List.of();
  private volatile boolean keeperUp;
  private volatile String keeperMessage = "not asked yet";
  private volatile Cutter cutter;

  Engine(
      Book book,
      KeeperLink keeper,
      Revoker revoker,
      Catalogue catalogue,
      InstantSource clock,
      Cutter cutter) {
    this.book = book;
    this.keeper = keeper;
    this.revoker = revoker;
    this.catalogue = catalogue;
    this.clock = clock;
    this.cutter = cutter;
  }

  void cutWith(Cutter gateway) {
    cutter = gateway;
  }

  /** What follows from entries just written: first users off, then keyd told. */
  void follow(Collection<Receipt> receipts) throws BadInput {
    revoker.ended(receipts);
    refresh();
    revoker.flush();
  }

  /** Draws the gateway's picture anew and cuts what is not served any more. */
  void refresh() {
    for (String model : catalogue.refresh(running)) {
      cutter.cutModel(model);
    }
  }

  void removed(String principal) {
    refresh();
    cutter.cutPrincipal(principal);
  }

  /** One look at time, keeper and keyd. */
  void turn() throws AuditFailure, BadInput {
    List<Receipt> due = book.sweep();
    look();
    follow(due);
    startAgain();
  }

  /** Asks the keeper what runs. A keeper that does not answer runs nothing that we would serve. */
  void look() {
    try {
      running = keeper.running();
      keeperUp = true;
      keeperMessage = "";
    } catch (IOException | BadInput | Refusal e) {
      running = List.of();
      keeperUp = false;
      keeperMessage = String.valueOf(e.getMessage());
    }
  }

  List<KeeperLink.Running> running() {
    return running;
  }

  boolean keeperUp() {
    return keeperUp;
  }

  String keeperMessage() {
    return keeperMessage;
  }

  /** Models that somebody wants, whose release is in force, and that do not run: after a crash. */
  private void startAgain() {
    if (!keeperUp) {
      return;
    }
    Instant now = clock.instant();
    for (Map.Entry<String, Json.Obj> wanted : book.read(Registry::wanted).entrySet()) {
      String model = wanted.getKey();
      boolean runs = running.stream().anyMatch(r -> r.model().equals(model));
      boolean rests = now.isBefore(resting.getOrDefault(model, Instant.MIN));
      if (!runs && !rests && book.governance().inForce(model).isPresent()) {
        resting.put(model, now.plus(REST));
        Thread.ofVirtual().name("start-" + model).start(() -> tryStart(model, wanted.getValue()));
      }
    }
  }

  private void tryStart(String model, Json.Obj arguments) {
    try {
      start(arguments);
    } catch (Refusal | BadInput e) {
      LOG.log(
          System.Logger.Level.WARNING, "model={0} not started again: {1}", model, e.getMessage());
    }
  }

  /** A model that someone starts by hand must not be started a second time meanwhile. */
  void rest(String model) {
    resting.put(model, clock.instant().plus(Duration.ofMinutes(15)));
  }

  void rested(String model) {
    resting.remove(model);
  }

  /** Fails unless the release that {@code model.run} names, or any of the model, is in force. */
  void requireReleased(Json.Obj arguments) throws Refusal, BadInput {
    ReleaseView _ = release(arguments.string("model"), arguments);
  }

  /** Has the keeper start what {@code model.run} asked for; answers when it serves. */
  Json.Obj start(Json.Obj arguments) throws Refusal, BadInput {
    String model = arguments.string("model");
    ReleaseView release = release(model, arguments);
    Registry.Model sealed =
        book.read(registry -> registry.model(model))
            .orElseThrow(
                () -> Code.UNKNOWN.because("model " + Json.clip(model) + " is not sealed"));
    if (!sealed.manifest().equals(release.manifest())) {
      throw Code.GATE.because("the release is of an older version than the one in the vault");
    }
    Json.Builder request =
        Json.obj()
            .put("model", model)
            .put("version", sealed.version())
            .put("release", release.id());
    for (String name : List.of("command", "binds", "profile")) {
      arguments.find(name).ifPresent(value -> request.put(name, value));
    }
    Json.Obj running = ask(() -> keeper.run(request.build()));
    look();
    refresh();
    Json.Builder answer = Json.obj().put("release", release.id());
    running.members().forEach(answer::put);
    return answer.build();
  }

  private ReleaseView release(String model, Json.Obj arguments) throws Refusal, BadInput {
    if (arguments.find("release").isEmpty()) {
      return book.governance().inForce(model).orElseThrow(() -> Code.GATE.because(whyNone(model)));
    }
    Digest id = arguments.digest("release");
    ReleaseView release =
        book.governance()
            .show(id)
            .filter(r -> r.model().equals(model))
            .orElseThrow(() -> Code.UNKNOWN.because("no such release of " + Json.clip(model)));
    if (!release.state().isInForce() || release.notAfter().isEmpty()) {
      throw Code.GATE.because(why(release));
    }
    return release;
  }

  private String whyNone(String model) {
    Optional<ReleaseView> last =
        book.governance().list().stream()
            .filter(r -> r.model().equals(model))
            .reduce((first, next) -> next)
            .flatMap(r -> book.governance().show(r.id()));
    return last.map(Engine::why)
        .orElse("model " + Json.clip(model) + " has no release; ask for one first");
  }

  private static String why(ReleaseView release) {
    return release.why().stream()
        .findFirst()
        .map(r -> r.text())
        .orElse("release is " + release.state());
  }

  Json.Obj stop(String model, String reason) throws Refusal, BadInput {
    Json.Obj answer = ask(() -> keeper.stop(model, reason));
    look();
    refresh();
    return answer;
  }

  /** Something asked of the keeper. */
  private interface Question {
    Json.Obj ask() throws IOException, BadInput, Refusal;
  }

  private static Json.Obj ask(Question question) throws Refusal, BadInput {
    try {
      return question.ask();
    } catch (IOException e) {
      throw Code.KEEPER.because("keeper does not answer: " + e.getMessage());
    }
  }

  /** Models that serve. */
  Set<String> serving() {
    Set<String> serving = new TreeSet<>();
    running.stream().map(KeeperLink.Running::model).filter(catalogue::serves).forEach(serving::add);
    return serving;
  }
}
