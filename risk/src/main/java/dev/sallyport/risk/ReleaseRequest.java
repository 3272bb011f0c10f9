package dev.sallyport.risk;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Signed;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one system administrator asks for: this model to this audience, on exactly this evidence and
 * these waivers under exactly these documents (spec/evidence.md §6). Approvers sign its id, so they
 * see the same.
 *
 * @param resumes the release that was suspended or stopped and whose place this takes, if it does
 */
public record ReleaseRequest(
    String model,
    Digest manifest,
    Audience audience,
    Zone zone,
    SortedMap<String, Zone> areas,
    SortedSet<Digest> evidence,
    SortedSet<Digest> waivers,
    Optional<Digest> resumes,
    Pin thresholds,
    Pin policy,
    Digest trustRoot,
    Instant requested,
    Instant expires) {
  public static final String PREDICATE_TYPE = Statement.OWN + "release-request/v1";

  /** A document by version and digest. */
  public record Pin(long version, Digest digest) {
    public static Pin of(Policy policy) {
      return new Pin(policy.version(), policy.digest());
    }

    public static Pin of(Thresholds thresholds) {
      return new Pin(thresholds.version(), thresholds.digest());
    }

    private static Pin read(Json.Obj json) throws BadInput {
      json.only("version", "digest");
      return new Pin(Field.count(json, "version", 1, Documents.MAX_VERSION), json.digest("digest"));
    }

    private Json.Obj toJson() {
      return Json.obj().put("version", version).put("digest", digest).build();
    }

    @Override
    public String toString() {
      return "version " + version + " (" + digest.brief() + ")";
    }
  }

  /** Reads a verified request; who signed it is for {@link Gate} to judge. */
  public static ReleaseRequest parse(Signed signed) throws BadInput {
    TrustRoot.requireType(signed.statement(), PREDICATE_TYPE);
    Statement.Subject subject = signed.statement().subject();
    Json.Obj json = signed.statement().predicate();
    json.only(
        "audience",
        "zone",
        "areas",
        "evidence",
        "waivers",
        "resumes",
        "thresholds",
        "policy",
        "trustRoot",
        "requested",
        "expires");
    ReleaseRequest r =
        new ReleaseRequest(
            subject.name(),
            subject.digest(),
            Audience.parse(json.string("audience")),
            Zone.parse(json.string("zone")),
            areas(json.object("areas")),
            ids(json.strings("evidence"), "evidence"),
            json.find("waivers").isPresent()
                ? ids(json.strings("waivers"), "waiver")
                : new TreeSet<>(),
            json.find("resumes").isPresent()
                ? Optional.of(json.digest("resumes"))
                : Optional.empty(),
            Pin.read(json.object("thresholds")),
            Pin.read(json.object("policy")),
            json.digest("trustRoot"),
            Field.time(json, "requested"),
            Field.time(json, "expires"));
    Field.requireOrder("requested", r.requested, "expires", r.expires);
    if (r.zone != worst(r.areas)) {
      throw new BadInput("zone is " + r.zone + "; the worst of its areas is " + worst(r.areas));
    }
    return r;
  }

  /** The worst zone of all areas; with no area nothing is known. */
  public static Zone worst(Map<String, Zone> areas) {
    return areas.values().stream().reduce(Zone::or).orElse(Zone.INDETERMINATE);
  }

  /** The statement for the requester to sign. */
  public Statement statement() {
    Json.Builder byArea = Json.obj();
    areas.forEach((area, z) -> byArea.put(area, z.name()));
    Json.Builder predicate =
        Json.obj()
            .put("audience", audience.name())
            .put("zone", zone.name())
            .put("areas", byArea.build())
            .put("evidence", Json.strings(evidence.stream().map(Digest::toString).toList()))
            .put("thresholds", thresholds.toJson())
            .put("policy", policy.toJson())
            .put("trustRoot", trustRoot)
            .put("requested", requested)
            .put("expires", expires);
    if (!waivers.isEmpty()) {
      predicate.put("waivers", Json.strings(waivers.stream().map(Digest::toString).toList()));
    }
    resumes.ifPresent(id -> predicate.put("resumes", id));
    return Statement.about(model, manifest, PREDICATE_TYPE, predicate.build());
  }

  private static SortedMap<String, Zone> areas(Json.Obj json) throws BadInput {
    SortedMap<String, Zone> areas = new TreeMap<>();
    for (String area : json.members().keySet()) {
      areas.put(Field.id(area, "area"), Zone.parse(json.string(area)));
    }
    return areas;
  }

  private static SortedSet<Digest> ids(List<String> texts, String what) throws BadInput {
    TreeSet<Digest> ids = new TreeSet<>();
    for (String text : texts) {
      Digest id = Digest.parse(text);
      if (!ids.isEmpty() && ids.last().compareTo(id) >= 0) {
        throw new BadInput(what + " " + id.brief() + " is out of order or listed twice");
      }
      ids.add(id);
    }
    return ids;
  }
}
