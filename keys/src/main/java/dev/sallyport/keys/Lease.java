package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * keyd's word that a keeper may run a model until an instant (spec/key-release.md §4).
 *
 * @param id 32 hex digits; the associated data of the wrapped key
 * @param release id of the release request
 * @param notAfter exclusive: at this instant it is over
 * @param request digest of the lease request
 * @param attestation what was verified about the hardware, never empty: {@code none} is a value
 * @param basis ids of the evidence and approvals it rests on: if one falls, so does the lease
 */
public record Lease(
    String id,
    Digest release,
    String model,
    Digest manifest,
    Instant notAfter,
    Digest request,
    List<Digest> basis,
    List<Json.Obj> attestation) {
  public static final String PREDICATE_TYPE = Statement.OWN + "lease/v1";

  public Lease {
    basis = List.copyOf(basis);
    attestation = List.copyOf(attestation);
  }

  /** Reads a statement, whose signature the caller has verified. */
  public static Lease parse(Statement statement) throws BadInput {
    TrustRoot.requireType(statement, PREDICATE_TYPE);
    Json.Obj json = statement.predicate();
    json.only("id", "release", "model", "manifest", "notAfter", "request", "basis", "attestation");
    List<Digest> basis = new ArrayList<>();
    for (String id : json.strings("basis")) {
      basis.add(Digest.parse(id));
    }
    return new Lease(
        json.string("id"),
        json.digest("release"),
        json.string("model"),
        json.digest("manifest"),
        json.instant("notAfter"),
        json.digest("request"),
        basis,
        json.objects("attestation"));
  }

  /** The statement for keyd to sign. */
  public Statement statement() {
    Json.Obj predicate =
        Json.obj()
            .put("id", id)
            .put("release", release)
            .put("model", model)
            .put("manifest", manifest)
            .put("notAfter", notAfter)
            .put("request", request)
            .put("basis", Json.strings(basis.stream().map(Digest::toString).toList()))
            .put("attestation", Json.arr(attestation))
            .build();
    return Statement.about(model, manifest, PREDICATE_TYPE, predicate);
  }
}
