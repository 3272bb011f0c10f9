package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A DSSE v1 envelope as received: nothing in it is verified. {@link TrustRoot#verify} turns it into
 * {@link Signed}; the payload is verified byte for byte, never re-serialised.
 *
 * @see <a href="https://github.com/secure-systems-lab/dsse/blob/master/protocol.md">DSSE v1</a>
 */
public final class Envelope {
  private static final int MAX_SIGNATURES = 64;

  private final String payloadType;
  private final byte[] payload;
  private final List<Mark> marks;

  /** A claimed signature. The key id is a hint: a key is looked up by it, then must verify. */
  record Mark(Digest keyId, String base64) {
    static Mark of(Digest keyId, byte[] signature) {
      return new Mark(keyId, Base64.getEncoder().encodeToString(signature));
    }

    byte[] signature() {
      return Base64.getDecoder().decode(base64);
    }
  }

  private Envelope(String payloadType, byte[] payload, List<Mark> marks) {
    this.payloadType = payloadType;
    this.payload = payload;
    this.marks = List.copyOf(marks);
  }

  /** Signs a statement with one or several keys. */
  public static Envelope sign(Statement statement, SigningKey... keys) {
    Envelope envelope = new Envelope(Statement.PAYLOAD_TYPE, statement.payload(), List.of());
    for (SigningKey key : keys) {
      envelope = envelope.signedBy(key);
    }
    return envelope;
  }

  /** The same payload with one signature more. */
  public Envelope signedBy(SigningKey key) {
    List<Mark> more = new ArrayList<>(marks);
    more.add(Mark.of(key.verifyingKey().id(), key.sign(preAuthEncoding())));
    return new Envelope(payloadType, payload, more);
  }

  /** Reads the JSON form. */
  public static Envelope parse(Json.Obj json) throws BadInput {
    List<Mark> marks = new ArrayList<>();
    for (Json.Obj s : json.only("payloadType", "payload", "signatures").objects("signatures")) {
      marks.add(Mark.of(Digest.parse(s.only("keyid", "sig").string("keyid")), s.base64("sig")));
    }
    if (marks.isEmpty() || marks.size() > MAX_SIGNATURES) {
      throw new BadInput(marks.size() + " signatures; 1 to " + MAX_SIGNATURES + " are allowed");
    }
    return new Envelope(json.string("payloadType"), json.base64("payload"), marks);
  }

  /** Reads the JSON form from bytes. */
  public static Envelope parse(byte[] utf8) throws BadInput {
    return parse(Json.parseObject(utf8));
  }

  public Json.Obj toJson() {
    List<Json> list = new ArrayList<>();
    for (Mark m : marks) {
      list.add(Json.obj().put("keyid", m.keyId()).put("sig", m.base64()).build());
    }
    return Json.obj()
        .put("payloadType", payloadType)
        .put("payload", payload)
        .put("signatures", Json.arr(list))
        .build();
  }

  /** The digest of the payload bytes: the id by which other statements refer to this one. */
  public Digest id() {
    return Digest.of(payload);
  }

  /** What the payload claims to be, before anything is verified. For routing and display only. */
  public Statement unverifiedStatement() throws BadInput {
    if (!payloadType.equals(Statement.PAYLOAD_TYPE)) {
      throw new BadInput("payload type is not " + Statement.PAYLOAD_TYPE);
    }
    return Statement.parse(payload);
  }

  /**
   * The statement, if exactly this key signed it and nobody else. For the keys of processes: what
   * people sign is verified by {@link TrustRoot#verify}.
   */
  public Statement statementBy(VerifyingKey key) throws BadInput {
    if (marks.size() != 1 || !marks.getFirst().keyId().equals(key.id())) {
      throw new BadInput("envelope is not signed by key " + key.id().brief() + " alone");
    }
    key.verify(preAuthEncoding(), marks.getFirst().signature());
    return unverifiedStatement();
  }

  List<Mark> marks() {
    return marks;
  }

  /** PAE of DSSE v1: {@code "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body}. */
  byte[] preAuthEncoding() {
    byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length + type.length + 32);
    out.writeBytes(("DSSEv1 " + type.length + " ").getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(type);
    out.writeBytes((" " + payload.length + " ").getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(payload);
    return out.toByteArray();
  }
}
