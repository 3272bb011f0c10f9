package dev.sallyport.server;

import dev.sallyport.audit.AuditFailure;
import dev.sallyport.audit.AuditLog;
import dev.sallyport.audit.Entry;
import dev.sallyport.audit.Receipt;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Listener;
import dev.sallyport.core.Refusal;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.ModelSealed;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.release.Outcome;
import dev.sallyport.release.ProposedRequest;
import dev.sallyport.release.ReleaseView;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.Reason;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The operations of control.sock, for command line, sealer, keeper and supervisor. Who may reach
 * the socket may ask; what changes something is signed, or only tightens, or only reports.
 */
final class Desk implements Listener.Handler {
  private static final int MAX_DAYS = 366;
  private static final int MAX_READ = 256;

  private final Book book;
  private final Intents intents;
  private final Unseals unseals;
  private final Resumes resumes;
  private final Engine engine;
  private final Orders orders;
  private final Revoker revoker;
  private final Views views;
  private final StatusPage status;
  private final OwnChecks checks;
  private final TrustRoot root;
  private final InstantSource clock;

  Desk(
      Book book,
      Intents intents,
      Engine engine,
      Orders orders,
      Revoker revoker,
      StatusPage status,
      OwnChecks checks,
      TrustRoot root,
      InstantSource clock) {
    this.book = book;
    this.intents = intents;
    this.unseals = new Unseals(book, root, clock);
    this.resumes = new Resumes(book, root, clock);
    this.engine = engine;
    this.orders = orders;
    this.revoker = revoker;
    this.views = new Views(book);
    this.status = status;
    this.checks = checks;
    this.root = root;
    this.clock = clock;
  }

  @Override
  public void answer(Json.Obj request, Listener.Exchange exchange)
      throws Refusal, BadInput, IOException {
    exchange.ok(answer(request.string("op"), request));
  }

  private Json.Obj answer(String op, Json.Obj request) throws Refusal, BadInput {
    try {
      return switch (op) {
        case "status" -> status.toJson();
        case "submit" -> submit(Envelope.parse(request.object("envelope")));
        case "propose" -> propose(request);
        case "releases" -> views.releases();
        case "release.plan" -> views.plan(request.instant("at"));
        case "checks" -> Json.obj().put("checks", checks.toJson()).build();
        case "checks.run" -> runChecks(request);
        case "waivers" -> views.waivers();
        case "release.show" -> views.release(request.digest("release"));
        case "evidence.list" -> views.evidence(request.findString("model"));
        case "evidence.signed" -> views.signed(request.digest("about"));
        case "principals.list" -> views.principals();
        case "commands.list" -> commands();
        case "policy.show" -> inForce(Registry::policy);
        case "thresholds.show" -> inForce(Registry::thresholds);
        case "documents" -> views.documents();
        case "model" -> views.model(request);
        case "areas" -> views.areas();
        case "log.sealed" -> sealed(request);
        case "log.read" -> read(request);
        case "lease.intend" -> intents.intend(request);
        case "unseal.intend" -> unseals.intend(request);
        case "seal.resume" -> resumes.intend(request);
        case "event" -> event(request);
        default -> throw Code.OP.because("not an operation of this socket: " + Json.clip(op));
      };
    } catch (AuditFailure e) {
      throw Intents.refusal(e);
    }
  }

  private Json.Obj submit(Envelope envelope) throws Refusal, BadInput, AuditFailure {
    String type = envelope.unverifiedStatement().predicateType();
    Json.Builder answer = Json.obj().put("id", envelope.id());
    switch (type) {
      case Command.PREDICATE_TYPE -> orders.carryOut(envelope).members().forEach(answer::put);
      case Statement.OWN + "commands/v1" -> allow(envelope);
      case Statement.OWN + "root-key/v1" -> rootKey(envelope).members().forEach(answer::put);
      default -> govern(envelope, answer);
    }
    return answer.put("witnessed", book.cosign()).build();
  }

  private Json.Obj runChecks(Json.Obj request) throws Refusal, BadInput, AuditFailure {
    checks.runNow(request.findString("check"));
    engine.follow(book.sweep());
    return Json.obj().put("checks", checks.toJson()).build();
  }

  private void govern(Envelope envelope, Json.Builder answer)
      throws Refusal, BadInput, AuditFailure {
    switch (book.submit(envelope)) {
      case Outcome.Accepted accepted -> {
        if (envelope.unverifiedStatement().predicateType().endsWith("/withdrawal/v1")) {
          revoker.withdrawal(envelope);
        }
        engine.follow(accepted.receipts());
        answer.put("index", accepted.receipts().getFirst().index());
      }
      case Outcome.Known known -> answer.put("known", true);
      case Outcome.Refused refused -> throw Code.GATE.because(text(refused.reasons()));
    }
    state(envelope, answer);
  }

  /** The state of the release that the statement is, or is about. */
  private void state(Envelope envelope, Json.Builder answer) throws BadInput {
    Digest about = envelope.unverifiedStatement().subject().digest();
    book.governance()
        .show(envelope.id())
        .or(() -> book.governance().show(about))
        .map(ReleaseView::state)
        .ifPresent(state -> answer.put("state", state.name()));
  }

  private void allow(Envelope envelope) throws BadInput, AuditFailure {
    var signed = root.verify(envelope);
    book.<BadInput>append(
        Registry.COMMANDS_SET,
        Json.obj().put("envelope", envelope.toJson()).build(),
        registry -> registry.requireFitCommands(signed));
  }

  /** Only written down: keyd asks for the proof, checks the order and carries it out. */
  private Json.Obj rootKey(Envelope envelope) throws BadInput, AuditFailure {
    var signed = root.verify(envelope);
    Receipt receipt =
        book.<BadInput>append(
            Registry.ROOT_KEY_ORDERED,
            Json.obj().put("envelope", envelope.toJson()).build(),
            _ -> Registry.requireTwoSecurityAdmins(signed));
    return Intents.proven(book.log(), receipt);
  }

  /** The list of allowed commands in force; version 0 is none. */
  private Json.Obj commands() {
    return book.read(Registry::commands)
        .map(kept -> kept.signed().statement().predicate())
        .orElseGet(() -> Json.obj().put("version", 0).put("commands", Json.arr(List.of())).build());
  }

  private Json.Obj inForce(Book.Reading<Optional<Registry.Kept>, RuntimeException> document)
      throws Refusal {
    return book.read(document)
        .map(kept -> kept.signed().statement().predicate())
        .orElseThrow(() -> Code.UNKNOWN.because("none is in force"));
  }

  private static String text(List<Reason> reasons) {
    return String.join("; ", reasons.stream().map(Reason::text).toList());
  }

  private Json.Obj propose(Json.Obj request) throws Refusal, BadInput {
    long days = request.integer("days");
    if (days < 1 || days > MAX_DAYS) {
      throw Code.REQUEST.because(days + " days; 1 to " + MAX_DAYS + " are allowed");
    }
    Instant expires = clock.instant().truncatedTo(ChronoUnit.SECONDS).plus(Duration.ofDays(days));
    ProposedRequest proposed =
        request.find("resumes").isPresent()
            ? book.governance().resume(request.digest("resumes"), expires)
            : book.governance()
                .propose(
                    request.string("model"), Audience.parse(request.string("audience")), expires);
    if (!proposed.lacking().isEmpty()) {
      throw Code.GATE.because(text(proposed.lacking()));
    }
    Statement statement = proposed.statement();
    return Json.obj()
        .put("model", statement.subject().name())
        .put("manifest", statement.subject().digest())
        .put("predicate", statement.predicate())
        .put("report", proposed.report().toJson())
        .build();
  }

  /** A model that is about to be published. Versions only go up, as keyd sees to as well. */
  private Json.Obj sealed(Json.Obj request) throws Refusal, BadInput, AuditFailure {
    Envelope envelope = Envelope.parse(request.only("op", "envelope").object("envelope"));
    ModelSealed model = ModelSealed.parse(root.verify(envelope));
    Json.Builder entry =
        Json.obj()
            .put("model", model.model())
            .put("version", model.version())
            .put("manifest", model.manifest())
            .put("sealed", model.sealed())
            .put("files", model.files())
            .put("bytes", model.bytes())
            .put("envelope", envelope.toJson());
    model.scan().ifPresent(scan -> entry.put("scan", scan.toJson()));
    Receipt receipt =
        book.<Refusal>append(
            "model.sealed",
            entry.build(),
            registry -> {
              long last = registry.model(model.model()).map(Registry.Model::version).orElse(0L);
              if (model.version() <= last) {
                throw Code.CONFLICT.because("version " + model.version() + " is not above " + last);
              }
            });
    engine.refresh();
    return Json.obj().put("index", receipt.index()).put("witnessed", book.cosign()).build();
  }

  private Json.Obj read(Json.Obj request) throws Refusal, BadInput, AuditFailure {
    long from = request.integer("from");
    long n = request.integer("n");
    AuditLog log = book.log();
    if (from < 0 || n < 1 || n > MAX_READ) {
      throw Code.REQUEST.because("from " + from + ", n " + n + "; n is 1 to " + MAX_READ);
    }
    List<Json> entries = new ArrayList<>();
    for (long i = from; i < Math.min(log.size(), from + n); i++) {
      Entry entry = Entry.parse(log.leaf(i));
      entries.add(
          Json.obj()
              .put("type", entry.type())
              .put("time", entry.time())
              .put("data", entry.data())
              .build());
    }
    return Json.obj().put("size", log.size()).put("entries", Json.arr(entries)).build();
  }

  private Json.Obj event(Json.Obj request) throws Refusal, BadInput, AuditFailure {
    String type = request.string("type");
    Receipt receipt = book.append(type, Events.checked(type, request.object("data")));
    if (type.startsWith("runtime.")) {
      engine.look();
      engine.refresh();
    }
    return Json.obj().put("index", receipt.index()).build();
  }
}
