package dev.sallyport.supplychain;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.CertificateChain;
import dev.sallyport.keys.EcKey;
import dev.sallyport.tlog.InclusionProof;
import dev.sallyport.tlog.Merkle;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * An entry of Rekor v1 in a bundle. Demanded are both what the log promised (SET, which alone
 * vouches for the time) and the proof that it kept the promise (inclusion under a checkpoint).
 */
final class RekorEntry {
  private static final int MAX_HASHES = 63;

  private final Json.Obj json;
  private final byte[] body;
  private final Digest logId;
  private final Instant integrated;

  private RekorEntry(Json.Obj json, byte[] body, Digest logId, Instant integrated) {
    this.json = json;
    this.body = body;
    this.logId = logId;
    this.integrated = integrated;
  }

  static RekorEntry parse(Json.Obj json) throws BadInput {
    return new RekorEntry(
        json,
        json.base64("canonicalizedBody"),
        Digest.fromBytes(json.object("logId").base64("keyId")),
        TrustedRoot.seconds(json.string("integratedTime")));
  }

  /** When the log took it; holds once {@link #verify} has returned. */
  Instant integrated() {
    return integrated;
  }

  void verify(TrustedRoot root) throws BadInput {
    EcKey log = root.log(logId, integrated);
    verifyPromise(log);
    verifyInclusion(log);
  }

  /** SET: the log's signature over canonical body, time, log and index. */
  private void verifyPromise(EcKey log) throws BadInput {
    byte[] promised =
        Json.obj()
            .put("body", body)
            .put("integratedTime", integrated.getEpochSecond())
            .put("logID", logId.hex())
            .put("logIndex", number(json, "logIndex"))
            .build()
            .canonical();
    log.verify(promised, json.object("inclusionPromise").base64("signedEntryTimestamp"));
  }

  private void verifyInclusion(EcKey log) throws BadInput {
    Json.Obj proof = json.object("inclusionProof");
    List<Digest> hashes = new ArrayList<>();
    for (String hash : proof.strings("hashes")) {
      hashes.add(Digest.fromBytes(Json.obj().put("hash", hash).build().base64("hash")));
    }
    if (hashes.size() > MAX_HASHES) {
      throw new BadInput("inclusion proof has " + hashes.size() + " hashes; limit " + MAX_HASHES);
    }
    long size = number(proof, "treeSize");
    Digest head = Digest.fromBytes(proof.base64("rootHash"));
    new InclusionProof(number(proof, "logIndex"), size, hashes).verify(Merkle.leafHash(body), head);
    verifyCheckpoint(log, proof.object("checkpoint").string("envelope"), size, head);
  }

  /**
   * A signed note whose second and third line are size and root; signed with ECDSA, not Ed25519.
   */
  private void verifyCheckpoint(EcKey log, String note, long size, Digest head) throws BadInput {
    int blank = note.indexOf("\n\n");
    String[] lines = blank < 0 ? new String[0] : note.substring(0, blank).split("\n", -1);
    if (lines.length < 3
        || !lines[1].equals(Long.toString(size))
        || !lines[2].equals(Base64.getEncoder().encodeToString(head.bytes()))) {
      throw new BadInput("checkpoint is of another tree than the inclusion proof");
    }
    byte[] text = note.substring(0, blank + 1).getBytes(StandardCharsets.UTF_8);
    log.verify(text, signature(note.substring(blank + 2)));
  }

  /** The one signature of this log: its first four bytes are those of the log's id. */
  private byte[] signature(String lines) throws BadInput {
    List<byte[]> found = new ArrayList<>();
    for (String line : lines.lines().toList()) {
      String[] words = line.split(" ", -1);
      if (words.length != 3 || !words[0].equals("—")) {
        throw new BadInput("checkpoint has a line that is no signature");
      }
      byte[] blob = Json.obj().put("sig", words[2]).build().base64("sig");
      if (blob.length > 4 && Arrays.equals(blob, 0, 4, logId.bytes(), 0, 4)) {
        found.add(Arrays.copyOfRange(blob, 4, blob.length));
      }
    }
    if (found.size() != 1) {
      throw new BadInput("checkpoint has " + found.size() + " signatures of the log, not 1");
    }
    return found.getFirst();
  }

  /** Fails unless the entry is of this payload, this signature and this certificate. */
  void requireIsOf(UnverifiedBundle bundle, X509Certificate leaf) throws BadInput {
    Json.Obj entry = Json.parseObject(body);
    if (!entry.string("kind").equals("dsse") || !entry.string("apiVersion").equals("0.0.1")) {
      throw new BadInput("log entry is not of kind dsse 0.0.1");
    }
    Json.Obj spec = entry.object("spec");
    Json.Obj hash = spec.object("payloadHash");
    List<Json.Obj> signatures = spec.objects("signatures");
    boolean same =
        hash.string("algorithm").equals("sha256")
            && Digest.fromHex(hash.string("value")).equals(bundle.payloadDigest())
            && signatures.size() == 1
            && Arrays.equals(signatures.getFirst().base64("signature"), bundle.signature())
            && isCertificate(signatures.getFirst().base64("verifier"), leaf);
    if (!same) {
      throw new BadInput("log entry is of another signature");
    }
  }

  private static boolean isCertificate(byte[] pem, X509Certificate leaf) throws BadInput {
    try {
      byte[] der = CertificateChain.parsePem(pem).leaf().getEncoded();
      return Arrays.equals(der, leaf.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new BadInput("certificate cannot be written", e);
    }
  }

  /** 64-bit numbers are strings in these documents. */
  private static long number(Json.Obj json, String name) throws BadInput {
    try {
      long value = Long.parseLong(json.string(name));
      if (value < 0 || value > 1L << 53) {
        throw new BadInput("member \"" + name + "\" is " + value);
      }
      return value;
    } catch (NumberFormatException e) {
      throw new BadInput("member \"" + name + "\" is no number", e);
    }
  }
}
