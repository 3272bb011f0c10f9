package dev.sallyport.attest;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.CertificateChain;
import dev.sallyport.keys.Der;
import dev.sallyport.keys.EcKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * AMD SEV-SNP attestation reports, versions 2 to 5, of Milan and Genoa, signed by a VCEK. Evidence:
 * {@code report} (base64, 1,184 bytes) and {@code certificates} (base64 DER: VCEK, ASK, ARK).
 *
 * <p>Layout: AMD 56860, table "ATTESTATION_REPORT"; certificate extensions: AMD 57230.
 */
public final class SevSnp implements EvidenceFormat {
  static final int LENGTH = 1184;

  /** The signature covers what comes before it. */
  static final int SIGNED = 0x2a0;

  private static final String OID = "1.3.6.1.4.1.3704.1.";
  private static final int COORDINATE = 48;
  private static final int SIGNATURE_NUMBER = 72;
  private static final int DEBUG_BIT = 19;

  private final Set<Digest> roots;

  /** With these root keys. */
  public SevSnp(Set<Digest> roots) {
    this.roots = Set.copyOf(roots);
  }

  @Override
  public String type() {
    return "sev-snp";
  }

  @Override
  public Genuine verify(Json.Obj evidence, Instant asOf) throws BadInput {
    evidence.only("report", "certificates");
    Fields report = Fields.of("SNP report", evidence.base64("report"));
    checkForm(report);
    CertificateChain chain = Members.certificates(evidence);
    Digest root = chain.verifyTo(roots, asOf);
    checkChip(report, chain.leaf());
    EcKey.of(chain.leaf().getPublicKey()).verifyRaw(report.bytes(0, SIGNED), signature(report));
    return new Genuine(
        type(),
        claims(report),
        ((report.u64(0x08) >> DEBUG_BIT) & 1) != 0,
        report.hex(0x50, 64),
        root,
        asOf,
        List.of("revocation of AMD's certificates"));
  }

  private static void checkForm(Fields report) throws BadInput {
    report.require(report.length() == LENGTH, report.length() + " bytes; it has " + LENGTH);
    int version = report.u32(0x00);
    report.require(version >= 2 && version <= 5, "version " + version + "; 2 to 5 are known");
    report.require(report.u32(0x34) == 1, "signature is not ECDSA P-384 with SHA-384");
    int flags = report.u32(0x48);
    report.require(((flags >> 2) & 7) == 0, "signed by another key than a VCEK");
    report.require(((flags >> 1) & 1) == 0, "chip id is masked");
    report.require(report.u32(0x30) <= 3, "VMPL is not 0 to 3");
  }

  /** The VCEK is of one chip at one firmware level; the report must name the same. */
  private static void checkChip(Fields report, X509Certificate vcek) throws BadInput {
    byte[] hwid = CertificateChain.extension(vcek, OID + "4");
    if (hwid.length == 66) {
      hwid = Der.parse(hwid).content(Der.OCTET_STRING);
    }
    report.require(
        Arrays.equals(hwid, report.bytes(0x1a0, 64)), "chip is not that of the certificate");
    checkLevel(report, vcek, "3.1", 0x180, "boot loader");
    checkLevel(report, vcek, "3.2", 0x181, "TEE");
    checkLevel(report, vcek, "3.3", 0x186, "SNP firmware");
    checkLevel(report, vcek, "3.8", 0x187, "microcode");
  }

  private static void checkLevel(
      Fields report, X509Certificate vcek, String oid, int at, String what) throws BadInput {
    int certified = Der.parse(CertificateChain.extension(vcek, OID + oid)).integer();
    int reported = report.u8(at);
    report.require(
        certified == reported,
        what + " level is " + reported + "; the certificate is for " + certified);
  }

  /** r and s, little-endian in 72 bytes each, as r ‖ s big-endian in 48. */
  private static byte[] signature(Fields report) throws BadInput {
    byte[] raw = new byte[2 * COORDINATE];
    for (int half = 0; half < 2; half++) {
      int at = SIGNED + half * SIGNATURE_NUMBER;
      report.require(
          report.zero(at + COORDINATE, SIGNATURE_NUMBER - COORDINATE), "signature is too long");
      byte[] little = report.bytes(at, COORDINATE);
      for (int i = 0; i < COORDINATE; i++) {
        raw[half * COORDINATE + i] = little[COORDINATE - 1 - i];
      }
    }
    int end = SIGNED + 2 * SIGNATURE_NUMBER;
    report.require(report.zero(end, LENGTH - end), "bytes after the signature are not zero");
    return raw;
  }

  private static SortedMap<String, String> claims(Fields report) throws BadInput {
    SortedMap<String, String> claims = new TreeMap<>();
    claims.put("measurement", report.hex(0x90, 48));
    claims.put("hostData", report.hex(0xc0, 32));
    claims.put("idKeyDigest", report.hex(0xe0, 48));
    claims.put("authorKeyDigest", report.hex(0x110, 48));
    claims.put("familyId", report.hex(0x10, 16));
    claims.put("imageId", report.hex(0x20, 16));
    claims.put("guestSvn", Integer.toString(report.u32(0x04)));
    claims.put("policy", "%016x".formatted(report.u64(0x08)));
    claims.put("vmpl", Integer.toString(report.u32(0x30)));
    claims.put("platformInfo", "%016x".formatted(report.u64(0x40)));
    claims.put("chipId", report.hex(0x1a0, 64));
    claims.put("tcb", tcb(report, 0x180));
    claims.put("currentTcb", tcb(report, 0x38));
    claims.put("committedTcb", tcb(report, 0x1e0));
    claims.put("launchTcb", tcb(report, 0x1f0));
    return claims;
  }

  /** Boot loader, TEE, SNP firmware and microcode. */
  private static String tcb(Fields report, int at) throws BadInput {
    List<String> levels = new ArrayList<>();
    for (int offset : new int[] {0, 1, 6, 7}) {
      levels.add(Integer.toString(report.u8(at + offset)));
    }
    return String.join(".", levels);
  }
}
