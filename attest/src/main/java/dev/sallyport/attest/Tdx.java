package dev.sallyport.attest;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.CertificateChain;
import dev.sallyport.keys.EcKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Intel TDX quotes, versions 4 and 5, signed by an ECDSA P-256 attestation key that the TD quoting
 * enclave certifies. Evidence: {@code quote} (base64), with the PCK chain inside.
 *
 * <p>Layout: Intel TDX DCAP Quoting Library API, appendix "Quote format". What Intel calls TCB
 * collateral is not taken, so a platform whose microcode is out of date passes; the result says so.
 */
public final class Tdx implements EvidenceFormat {
  /** The signer of Intel's quoting enclaves (MRSIGNER). */
  private static final String QE_SIGNER =
      "dc9e2a7c6f948f17474e34a7fc43ed030f7c1563f1babddf6340c82e0e54a8c5";

  private static final int TD_QE = 2;
  private static final int ECDSA_P256 = 2;
  private static final int QE_REPORT = 384;
  private static final int CERTIFIED_BY_QE_REPORT = 6;
  private static final int PCK_CHAIN = 5;

  private final Set<Digest> roots;

  /** With these root keys. */
  public Tdx(Set<Digest> roots) {
    this.roots = Set.copyOf(roots);
  }

  @Override
  public String type() {
    return "tdx";
  }

  @Override
  public Genuine verify(Json.Obj evidence, Instant asOf) throws BadInput {
    Fields quote = Fields.of("TDX quote", evidence.only("quote").base64("quote"));
    TdBody td = TdBody.of(quote);
    int signedLength = td.end();
    Fields data = signatureData(quote, signedLength);
    byte[] attestationKey = data.bytes(64, 64);
    Fields certification = certification(data, 128, CERTIFIED_BY_QE_REPORT, "QE");
    Digest root = verifyQe(certification, attestationKey, asOf);
    EcKey.p256(attestationKey).verifyRaw(quote.bytes(0, signedLength), data.bytes(0, 64));
    td.requireIntelModule();
    SortedMap<String, String> claims = td.claims();
    claims.put("qeSvn", Integer.toString(certification.u16(258)));
    return new Genuine(
        type(),
        claims,
        td.debug(),
        td.reportData(),
        root,
        asOf,
        List.of("TCB status of the platform", "revocation of Intel's certificates"));
  }

  private static Fields signatureData(Fields quote, int at) throws BadInput {
    int length = quote.u32(at);
    quote.require(
        quote.length() - at - 4 == length,
        quote.length() - at - 4 + " bytes of signature data; it says " + length);
    return quote.part("TDX quote signature", at + 4, length);
  }

  /** Certification data: type, length, and the data, which must fill the rest. */
  private static Fields certification(Fields in, int at, int type, String what) throws BadInput {
    in.require(in.u16(at) == type, what + " certification of type " + in.u16(at) + ", not " + type);
    int length = in.u32(at + 2);
    in.require(
        in.length() - at - 6 == length,
        what + " certification of " + length + " bytes; " + (in.length() - at - 6) + " are there");
    return in.part(what + " certification", at + 6, length);
  }

  /** The quoting enclave's report: signed by the PCK, names the attestation key, is Intel's. */
  private Digest verifyQe(Fields qe, byte[] attestationKey, Instant asOf) throws BadInput {
    int authLength = qe.u16(QE_REPORT + 64);
    byte[] authData = qe.bytes(QE_REPORT + 66, authLength);
    Fields pem = certification(qe, QE_REPORT + 66 + authLength, PCK_CHAIN, "PCK");
    CertificateChain chain = CertificateChain.parsePem(pem.bytes(0, pem.length()));
    Digest root = chain.verifyTo(roots, asOf);
    EcKey.of(chain.leaf().getPublicKey())
        .verifyRaw(qe.bytes(0, QE_REPORT), qe.bytes(QE_REPORT, 64));
    byte[] named = Arrays.copyOf(attestationKey, attestationKey.length + authLength);
    System.arraycopy(authData, 0, named, attestationKey.length, authLength);
    qe.require(
        Arrays.equals(Digest.of(named).bytes(), qe.bytes(320, 32)) && qe.zero(352, 32),
        "quoting enclave names another attestation key");
    qe.require(qe.hex(128, 32).equals(QE_SIGNER), "quoting enclave is not signed by Intel");
    qe.require(qe.u16(256) == TD_QE, "enclave is not the TD quoting enclave");
    qe.require((qe.u8(48) & 2) == 0, "quoting enclave can be debugged");
    return root;
  }

  /** Header and body of a quote; of which type and how long, the version decides. */
  record TdBody(Fields header, Fields body, int end) {
    private static final int HEADER = 48;
    private static final int V1_0 = 584;
    private static final int V1_5 = 648;

    static TdBody of(Fields quote) throws BadInput {
      Fields header = quote.part("TDX quote header", 0, HEADER);
      int version = header.u16(0);
      header.require(header.u16(2) == ECDSA_P256, "attestation key is not ECDSA P-256");
      header.require(header.u32(4) == 0x81, "TEE type is not TDX");
      return switch (version) {
        case 4 -> body(quote, header, HEADER, V1_0);
        case 5 -> body(quote, header, HEADER + 6, bodyLength(quote));
        default -> throw new BadInput("TDX quote of version " + version + "; 4 and 5 are known");
      };
    }

    private static int bodyLength(Fields quote) throws BadInput {
      int type = quote.u16(HEADER);
      int length =
          switch (type) {
            case 2 -> V1_0;
            case 3 -> V1_5;
            default -> throw new BadInput("TDX quote body of type " + type + "; 2, 3 are known");
          };
      quote.require(quote.u32(HEADER + 2) == length, "body of type " + type + " has " + length);
      return length;
    }

    private static TdBody body(Fields quote, Fields header, int at, int length) throws BadInput {
      return new TdBody(header, quote.part("TD report", at, length), at + length);
    }

    /** The TDX module: Intel's own, not for debugging. */
    void requireIntelModule() throws BadInput {
      body.require(body.zero(64, 48), "TDX module is not signed by Intel");
      body.require(body.zero(112, 8), "TDX module has attributes " + body.hex(112, 8));
    }

    /** The TUD group of attributes: any of its bits makes the guest untrusted. */
    boolean debug() throws BadInput {
      return body.u8(120) != 0;
    }

    String reportData() throws BadInput {
      return body.hex(520, 64);
    }

    SortedMap<String, String> claims() throws BadInput {
      SortedMap<String, String> claims = new TreeMap<>();
      claims.put("version", Integer.toString(header.u16(0)));
      claims.put("tcbSvn", body.hex(0, 16));
      claims.put("mrSeam", body.hex(16, 48));
      claims.put("mrSignerSeam", body.hex(64, 48));
      claims.put("seamAttributes", body.hex(112, 8));
      claims.put("tdAttributes", body.hex(120, 8));
      claims.put("xfam", body.hex(128, 8));
      claims.put("measurement", body.hex(136, 48));
      claims.put("mrConfigId", body.hex(184, 48));
      claims.put("mrOwner", body.hex(232, 48));
      claims.put("mrOwnerConfig", body.hex(280, 48));
      for (int i = 0; i < 4; i++) {
        claims.put("rtmr" + i, body.hex(328 + 48 * i, 48));
      }
      if (body.length() == V1_5) {
        claims.put("tcbSvn2", body.hex(584, 16));
        claims.put("mrServiceTd", body.hex(600, 48));
      }
      return claims;
    }
  }
}
