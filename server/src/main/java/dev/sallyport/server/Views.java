package dev.sallyport.server;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Statement;
import dev.sallyport.release.Lapse;
import dev.sallyport.release.ReleaseLine;
import dev.sallyport.release.ReleaseView;
import dev.sallyport.risk.ControlEvidence;
import dev.sallyport.risk.Criterion;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Thresholds;
import dev.sallyport.risk.Withdrawal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the log means, as JSON for the command line. It decides nothing. */
final class Views {
  private final Book book;

  Views(Book book) {
    this.book = book;
  }

  /** One line of a release. */
  static Json.Obj brief(ReleaseView r) {
    Json.Builder json =
        Json.obj()
            .put("release", r.id())
            .put("model", r.model())
            .put("state", r.state().name())
            .put("audience", r.audience().name())
            .put("zone", r.zone().name())
            .put("expires", r.expires());
    r.notAfter().ifPresent(t -> json.put("notAfter", t));
    return json.build();
  }

  /** As the last entry about each says; nothing is judged, so that many are listed fast. */
  Json.Obj releases() {
    return Json.obj().put("releases", lines(book)).build();
  }

  static Json lines(Book book) {
    List<Json> lines = new ArrayList<>();
    for (ReleaseLine line : book.governance().list()) {
      Json.Builder json = Json.obj().put("release", line.id());
      line.toJson().members().forEach(json::put);
      lines.add(json.build());
    }
    return Json.arr(lines);
  }

  Json.Obj plan(Instant until) {
    List<Json.Obj> lapses = book.governance().plan(until).stream().map(Lapse::toJson).toList();
    return Json.obj().put("at", until).put("lapses", Json.arr(lapses)).build();
  }

  Json.Obj waivers() {
    return Json.obj().put("waivers", Json.arr(book.governance().waivers())).build();
  }

  /** All of a release, with the request as it was signed. */
  Json.Obj release(Digest id) throws Refusal, BadInput {
    ReleaseView r =
        book.governance()
            .show(id)
            .orElseThrow(
                () -> Code.UNKNOWN.because("release " + id.brief() + " is not in the log"));
    Envelope request =
        book.read(registry -> registry.request(id))
            .orElseThrow(() -> new IllegalStateException("internal error: request is not kept"))
            .envelope();
    Json.Obj predicate = request.unverifiedStatement().predicate();
    Json.Builder json = Json.obj();
    brief(r).members().forEach(json::put);
    for (String name : List.of("areas", "evidence", "policy", "thresholds")) {
      json.put(name, predicate.need(name));
    }
    if (predicate.find("resumes").isPresent()) {
      json.put("resumes", predicate.digest("resumes"));
    }
    r.resumable().ifPresent(t -> json.put("resumable", t));
    return json.put("manifest", r.manifest())
        .put("because", r.because())
        .put("requester", r.requester())
        .put("requested", r.requested())
        .put("approvals", approvals(r))
        .put("waivers", waived(r))
        .put("reasons", Json.strings(r.why().stream().map(w -> w.text()).toList()))
        .put("approvalDays", book.governance().policy().map(Policy::approvalDays).orElse(1L))
        .put("request", request.toJson())
        .build();
  }

  private static Json waived(ReleaseView r) {
    List<Json> list = new ArrayList<>();
    r.waivers().forEach(w -> list.add(w.toJson()));
    return Json.arr(list);
  }

  private static Json approvals(ReleaseView r) {
    List<Json> list = new ArrayList<>();
    for (ReleaseView.Approver a : r.approvals()) {
      if (!a.withdrawn()) {
        list.add(
            Json.obj().put("id", a.id()).put("by", a.name()).put("expires", a.expires()).build());
      }
    }
    return Json.arr(list);
  }

  Json.Obj principals() {
    List<Json.Obj> list =
        book.read(registry -> registry.principals().all()).stream()
            .map(Principals.Holder::toJson)
            .toList();
    return Json.obj().put("principals", Json.arr(list)).build();
  }

  /** The last sealed version of a model, or the one that the request names. */
  Json.Obj model(Json.Obj request) throws Refusal, BadInput {
    String name = request.string("model");
    boolean named = request.find("version").isPresent();
    long version = named ? request.integer("version") : 0;
    Registry.Model m =
        book.read(registry -> named ? registry.model(name, version) : registry.model(name))
            .orElseThrow(() ->
                Code.UNKNOWN.because(
                    "model \""
                        + Json.clip(name)
                        + "\""
                        + (named ? " version " + version : "")
                        + " is not sealed"));
    return Json.obj()
        .put("model", m.name())
        .put("version", m.version())
        .put("manifest", m.manifest())
        .put("bytes", m.bytes())
        .build();
  }

  /** The areas and metrics that the thresholds in force judge by. */
  Json.Obj areas() {
    List<Json> list = new ArrayList<>();
    Optional<Thresholds> thresholds = book.governance().thresholds();
    for (Criterion c : thresholds.map(Thresholds::criteria).orElse(List.of())) {
      list.add(Json.obj().put("area", c.area()).put("metric", c.metric()).build());
    }
    return Json.obj().put("areas", Json.arr(list)).build();
  }

  /** All evidence in brief, or that of one model. */
  Json.Obj evidence(Optional<String> model) throws BadInput {
    List<Json> list = new ArrayList<>();
    Map<String, Instant> latest = latest();
    for (Registry.Kept kept : book.read(Registry::evidence)) {
      String subject = kept.signed().statement().subject().name();
      if (model.isEmpty() || model.get().equals(subject)) {
        list.add(evidence(kept, subject, latest));
      }
    }
    return Json.obj().put("evidence", Json.arr(list)).build();
  }

  /** The evidence about one manifest or about the installation, as it was signed. */
  Json.Obj signed(Digest about) throws BadInput {
    List<Json> list = new ArrayList<>();
    Set<Digest> struck = struck();
    for (Registry.Kept kept : book.read(Registry::evidence)) {
      if (kept.signed().statement().subject().digest().equals(about)) {
        Digest id = kept.signed().id();
        boolean withdrawn = book.read(registry -> registry.isWithdrawn(id));
        list.add(
            Json.obj()
                .put("envelope", kept.envelope().toJson())
                .put("withdrawn", withdrawn)
                .put("struck", struck.contains(id))
                .build());
      }
    }
    return Json.obj().put("evidence", Json.arr(list)).build();
  }

  /** Every policy and thresholds that ever came into force, as signed. */
  Json.Obj documents() {
    List<Json> list = new ArrayList<>();
    for (Registry.Kept kept : book.read(Registry::documents)) {
      list.add(
          Json.obj()
              .put("index", kept.index())
              .put("time", kept.time())
              .put("envelope", kept.envelope().toJson())
              .build());
    }
    return Json.obj().put("documents", Json.arr(list)).build();
  }

  /** When each control was last looked at; what is older is superseded, and stays in the list. */
  private Map<String, Instant> latest() throws BadInput {
    Map<String, Instant> latest = new HashMap<>();
    for (Registry.Kept kept : book.read(Registry::evidence)) {
      Optional<String> control = control(kept);
      if (control.isPresent()) {
        Instant observed = kept.signed().statement().predicate().instant("observed");
        latest.merge(control.get(), observed, (a, b) -> a.isAfter(b) ? a : b);
      }
    }
    return latest;
  }

  /** Which control of what a statement is about; no evaluation ever supersedes another. */
  private static Optional<String> control(Registry.Kept kept) throws BadInput {
    Statement said = kept.signed().statement();
    return said.predicateType().equals(ControlEvidence.PREDICATE_TYPE)
        ? Optional.of(said.subject().digest() + "/" + said.predicate().string("control"))
        : Optional.empty();
  }

  private Json.Obj evidence(Registry.Kept kept, String subject, Map<String, Instant> latest)
      throws BadInput {
    Json.Obj said = kept.signed().statement().predicate();
    Optional<String> about = control(kept);
    boolean control = about.isPresent();
    Instant observed = said.instant("observed");
    boolean superseded =
        about.filter(c -> latest.getOrDefault(c, Instant.MIN).isAfter(observed)).isPresent();
    Digest id = kept.signed().id();
    boolean withdrawn = book.read(registry -> registry.isWithdrawn(id));
    return Json.obj()
        .put("id", id)
        .put("subject", subject)
        .put("what", said.string(control ? "control" : "area"))
        .put("says", control ? (said.bool("effective") ? "effective" : "ineffective") : score(said))
        .put("observed", said.string("observed"))
        .put("validUntil", said.string("validUntil"))
        .put("by", String.join(",", kept.signed().signers().stream().map(Person::name).toList()))
        .put("withdrawn", withdrawn)
        .put("superseded", superseded)
        .build();
  }

  /** What two security administrators said is a mistake. */
  private Set<Digest> struck() throws BadInput {
    Set<Digest> struck = new HashSet<>();
    for (Registry.Kept kept : book.read(Registry::withdrawals)) {
      Withdrawal withdrawal = Withdrawal.parse(kept.signed());
      if (withdrawal.strikes()) {
        struck.add(withdrawal.target());
      }
    }
    return struck;
  }

  private static String score(Json.Obj said) throws BadInput {
    return said.string("value") + " n=" + said.integer("samples");
  }
}
