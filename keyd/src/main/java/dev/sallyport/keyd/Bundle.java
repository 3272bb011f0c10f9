package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.tlog.InclusionProof;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the server hands a keeper for keyd (spec/key-release.md §4); nothing in it is verified. */
record Bundle(
    Envelope request,
    Envelope trustRoot,
    Envelope policy,
    Envelope thresholds,
    Optional<Envelope> commands,
    Envelope releaseRequest,
    List<Envelope> evidence,
    List<Envelope> approvals,
    String checkpoint,
    List<Entry> entries) {
  private static final int MAX_ITEMS = 1000;
  private static final int MAX_HASHES = 63;

  /** A claimed entry of the log and the way from it to the root. */
  record Entry(String base64, long index, List<Digest> hashes) {
    static Entry parse(Json.Obj json) throws BadInput {
      json.only("index", "entry", "hashes");
      return new Entry(json.string("entry"), json.integer("index"), Bundle.hashes(json, "hashes"));
    }

    /** The bytes of the leaf. */
    byte[] leaf() throws BadInput {
      return Json.obj().put("entry", base64).build().base64("entry");
    }

    InclusionProof proof(long treeSize) {
      return new InclusionProof(index, treeSize, hashes);
    }
  }

  static Bundle parse(Json.Obj json) throws BadInput {
    json.only(
        "request",
        "trustRoot",
        "policy",
        "thresholds",
        "commands",
        "releaseRequest",
        "evidence",
        "approvals",
        "checkpoint",
        "proofs");
    return new Bundle(
        Envelope.parse(json.object("request")),
        Envelope.parse(json.object("trustRoot")),
        Envelope.parse(json.object("policy")),
        Envelope.parse(json.object("thresholds")),
        commands(json),
        Envelope.parse(json.object("releaseRequest")),
        envelopes(json, "evidence"),
        envelopes(json, "approvals"),
        json.string("checkpoint"),
        entries(json));
  }

  private static Optional<Envelope> commands(Json.Obj json) throws BadInput {
    return json.find("commands").isPresent()
        ? Optional.of(Envelope.parse(json.object("commands")))
        : Optional.empty();
  }

  private static List<Envelope> envelopes(Json.Obj json, String name) throws BadInput {
    List<Envelope> out = new ArrayList<>();
    for (Json.Obj item : bounded(json, name)) {
      out.add(Envelope.parse(item));
    }
    return out;
  }

  private static List<Entry> entries(Json.Obj json) throws BadInput {
    List<Entry> out = new ArrayList<>();
    for (Json.Obj item : bounded(json, "proofs")) {
      out.add(Entry.parse(item));
    }
    return out;
  }

  /** Hashes of a Merkle proof, base64. */
  static List<Digest> hashes(Json.Obj json, String name) throws BadInput {
    List<String> texts = json.strings(name);
    if (texts.size() > MAX_HASHES) {
      throw new BadInput(name + " has " + texts.size() + " hashes; limit " + MAX_HASHES);
    }
    List<Digest> out = new ArrayList<>();
    for (String text : texts) {
      out.add(Digest.fromBytes(Json.obj().put("hash", text).build().base64("hash")));
    }
    return out;
  }

  private static List<Json.Obj> bounded(Json.Obj json, String name) throws BadInput {
    List<Json.Obj> items = json.objects(name);
    if (items.size() > MAX_ITEMS) {
      throw new BadInput(name + " has " + items.size() + " items; limit " + MAX_ITEMS);
    }
    return items;
  }
}
