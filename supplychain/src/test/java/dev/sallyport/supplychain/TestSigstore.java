package dev.sallyport.supplychain;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Der;
import dev.sallyport.tlog.Merkle;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A Sigstore instance in memory: authority, certificate log, transparency log. */
final class TestSigstore {
  static final String IDENTITY = "someone@example.org";
  static final String ISSUER = "https://issuer.example.org";
  static final Instant TIME = Instant.parse("2025-10-10T02:12:20Z");

  private static final Instant BEGIN = Instant.parse("2020-01-01T00:00:00Z");
  private static final Instant END = Instant.parse("2034-01-01T00:00:00Z");

  private final KeyPair root = TestCertificate.pair();
  private final KeyPair intermediate = TestCertificate.pair();
  private final KeyPair certificateLog = TestCertificate.pair();
  private final KeyPair log = TestCertificate.pair();

  /** When the log says that it took the entry. */
  Instant integrated = TIME;

  /** Whose promise the certificate carries. */
  KeyPair promising = certificateLog;

  boolean promised = true;

  TestSigstore() throws Exception {}

  TrustedRoot trustedRoot() throws Exception {
    return TrustedRoot.parse(trustedRootJson().canonical());
  }

  Json.Obj trustedRootJson() throws Exception {
    Json.Obj valid = Json.obj().put("start", BEGIN.toString()).build();
    Json.Obj authority =
        Json.obj()
            .put(
                "certChain",
                Json.obj().put("certificates", Json.arr(List.of(raw(above()), raw(top())))).build())
            .put("validFor", valid)
            .build();
    return Json.obj()
        .put("mediaType", "application/vnd.dev.sigstore.trustedroot+json;version=0.1")
        .put("tlogs", Json.arr(List.of(logJson(log.getPublic(), valid))))
        .put("ctlogs", Json.arr(List.of(logJson(certificateLog.getPublic(), valid))))
        .put("certificateAuthorities", Json.arr(List.of(authority)))
        .build();
  }

  private static Json logJson(PublicKey key, Json.Obj valid) {
    Json.Obj publicKey =
        Json.obj()
            .put("rawBytes", key.getEncoded())
            .put("keyDetails", "PKIX_ECDSA_P256_SHA_256")
            .put("validFor", valid)
            .build();
    return Json.obj().put("publicKey", publicKey).build();
  }

  private static Json raw(byte[] der) {
    return Json.obj().put("rawBytes", der).build();
  }

  private byte[] top() throws Exception {
    return TestCertificate.signed(
        TestCertificate.body(
            "root", root.getPublic(), "root", BEGIN, END, List.of(TestCertificate.CA)),
        root.getPrivate());
  }

  private byte[] above() throws Exception {
    return TestCertificate.signed(
        TestCertificate.body(
            "above", intermediate.getPublic(), "root", BEGIN, END, List.of(TestCertificate.CA)),
        root.getPrivate());
  }

  /** A bundle over this payload, signed by a fresh key that was certified for ten minutes. */
  Json.Obj bundle(byte[] payload) throws Exception {
    KeyPair key = TestCertificate.pair();
    byte[] leaf = leaf(key.getPublic());
    byte[] signature = TestCertificate.sign(key.getPrivate(), Dsse.preAuthEncoding(payload));
    Json.Obj material =
        Json.obj()
            .put("certificate", raw(leaf))
            .put("tlogEntries", Json.arr(List.of(entry(payload, signature, leaf))))
            .build();
    Json.Obj envelope =
        Json.obj()
            .put("payload", payload)
            .put("payloadType", Dsse.PAYLOAD_TYPE)
            .put("signatures", Json.arr(List.of(Json.obj().put("sig", signature).build())))
            .build();
    return Json.obj()
        .put("mediaType", UnverifiedBundle.MEDIA_TYPE)
        .put("verificationMaterial", material)
        .put("dsseEnvelope", envelope)
        .build();
  }

  private byte[] leaf(PublicKey key) throws Exception {
    Der name = Der.of(0x81, IDENTITY.getBytes(StandardCharsets.US_ASCII));
    List<Der> extensions = new ArrayList<>();
    extensions.add(TestCertificate.DIGITAL_SIGNATURE);
    extensions.add(TestCertificate.extension("551d11", TestCertificate.seq(name)));
    extensions.add(TestCertificate.extension("2b0601040183bf300108", TestCertificate.utf8(ISSUER)));
    Instant to = TIME.plusSeconds(600);
    byte[] without =
        TestCertificate.body("leaf", key, "above", TIME.minusSeconds(1), to, extensions).encoded();
    if (promised) {
      Der list = Der.of(Der.OCTET_STRING, timestamps(without));
      extensions.add(TestCertificate.extension("2b06010401d679020402", list));
    }
    Der body = TestCertificate.body("leaf", key, "above", TIME.minusSeconds(1), to, extensions);
    return TestCertificate.signed(body, intermediate.getPrivate());
  }

  private byte[] timestamps(byte[] body) throws Exception {
    ByteBuffer signed = ByteBuffer.wrap(new byte[2 + 8 + 2 + 32 + 3 + body.length + 2]);
    signed.put((byte) 0).put((byte) 0).putLong(TIME.toEpochMilli()).putShort((short) 1);
    signed.put(Digest.of(intermediate.getPublic().getEncoded()).bytes());
    signed.put((byte) 0).putShort((short) body.length).put(body).putShort((short) 0);
    byte[] signature = TestCertificate.sign(promising.getPrivate(), bytes(signed));
    int length = 1 + 32 + 8 + 2 + 2 + 2 + signature.length;
    ByteBuffer list = ByteBuffer.wrap(new byte[4 + length]);
    list.putShort((short) (2 + length)).putShort((short) length).put((byte) 0);
    list.put(Digest.of(promising.getPublic().getEncoded()).bytes()).putLong(TIME.toEpochMilli());
    list.putShort((short) 0).put((byte) 4).put((byte) 3);
    list.putShort((short) signature.length).put(signature);
    return bytes(list);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] out = new byte[buffer.capacity()];
    buffer.get(0, out);
    return out;
  }

  private Json entry(byte[] payload, byte[] signature, byte[] leaf) throws Exception {
    String pem =
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(leaf)
            + "\n-----END CERTIFICATE-----\n";
    Json.Obj by =
        Json.obj()
            .put("signature", signature)
            .put("verifier", pem.getBytes(StandardCharsets.US_ASCII))
            .build();
    Json.Obj hash =
        Json.obj().put("algorithm", "sha256").put("value", Digest.of(payload).hex()).build();
    Json.Obj spec =
        Json.obj().put("payloadHash", hash).put("signatures", Json.arr(List.of(by))).build();
    byte[] body =
        Json.obj()
            .put("apiVersion", "0.0.1")
            .put("kind", "dsse")
            .put("spec", spec)
            .build()
            .canonical();
    Digest id = Digest.of(log.getPublic().getEncoded());
    byte[] promise =
        Json.obj()
            .put("body", body)
            .put("integratedTime", integrated.getEpochSecond())
            .put("logID", id.hex())
            .put("logIndex", 1001)
            .build()
            .canonical();
    byte[] set = TestCertificate.sign(log.getPrivate(), promise);
    return Json.obj()
        .put("logIndex", "1001")
        .put("logId", Json.obj().put("keyId", id.bytes()).build())
        .put("integratedTime", Long.toString(integrated.getEpochSecond()))
        .put("inclusionPromise", Json.obj().put("signedEntryTimestamp", set).build())
        .put("inclusionProof", proof(body, id))
        .put("canonicalizedBody", body)
        .build();
  }

  /** The entry is the second of two leaves. */
  private Json.Obj proof(byte[] body, Digest id) throws Exception {
    Digest sibling = Digest.of("sibling");
    Digest head = Merkle.nodeHash(sibling, Merkle.leafHash(body));
    String hash = Base64.getEncoder().encodeToString(head.bytes());
    String text = "log.example.org\n2\n" + hash + "\n";
    byte[] signature =
        TestCertificate.sign(log.getPrivate(), text.getBytes(StandardCharsets.UTF_8));
    ByteBuffer blob = ByteBuffer.wrap(new byte[4 + signature.length]);
    blob.put(id.bytes(), 0, 4).put(signature);
    String line = "— log.example.org " + Base64.getEncoder().encodeToString(bytes(blob)) + "\n";
    return Json.obj()
        .put("logIndex", "1")
        .put("treeSize", "2")
        .put("rootHash", hash)
        .put("hashes", Json.strings(List.of(Base64.getEncoder().encodeToString(sibling.bytes()))))
        .put("checkpoint", Json.obj().put("envelope", text + "\n" + line).build())
        .build();
  }
}
