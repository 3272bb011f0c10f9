package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * An in-toto Statement v1: what is said ({@code predicate}) about which artefacts ({@code
 * subjects}).
 *
 * @see <a href="https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md">in-toto
 *     Statement v1</a>
 */
public record Statement(List<Subject> subjects, String predicateType, Json.Obj predicate) {
  /** The payload type of a statement in an {@link Envelope}. */
  public static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";

  /** All predicate types of our own start with this. */
  public static final String OWN = "https://sallyport.dev/";

  private static final String TYPE = "https://in-toto.io/Statement/v1";

  /** An artefact by name and digest; the digest is what counts. */
  public record Subject(String name, Digest digest) {}

  public Statement {
    subjects = List.copyOf(subjects);
  }

  /** A statement about one artefact. */
  public static Statement about(
      String name, Digest digest, String predicateType, Json.Obj predicate) {
    return new Statement(List.of(new Subject(name, digest)), predicateType, predicate);
  }

  /** Reads the payload bytes of an envelope. */
  public static Statement parse(byte[] payload) throws BadInput {
    Json.Obj json =
        Json.parseObject(payload).only("_type", "subject", "predicateType", "predicate");
    if (!json.string("_type").equals(TYPE)) {
      throw new BadInput("statement type is not " + TYPE);
    }
    List<Subject> subjects = new ArrayList<>();
    for (Json.Obj subject : json.objects("subject")) {
      Digest digest = Digest.fromHex(subject.object("digest").string("sha256"));
      subjects.add(new Subject(subject.string("name"), digest));
    }
    if (subjects.isEmpty()) {
      throw new BadInput("statement has no subject");
    }
    return new Statement(subjects, json.string("predicateType"), json.object("predicate"));
  }

  /** The payload bytes, canonical. */
  public byte[] payload() {
    List<Json> list = new ArrayList<>();
    for (Subject s : subjects) {
      Json digest = Json.obj().put("sha256", s.digest().hex()).build();
      list.add(Json.obj().put("name", s.name()).put("digest", digest).build());
    }
    return Json.obj()
        .put("_type", TYPE)
        .put("subject", Json.arr(list))
        .put("predicateType", predicateType)
        .put("predicate", predicate)
        .build()
        .canonical();
  }

  /** The only subject. */
  public Subject subject() throws BadInput {
    if (subjects.size() != 1) {
      throw new BadInput("statement has " + subjects.size() + " subjects; one was expected");
    }
    return subjects.getFirst();
  }
}
