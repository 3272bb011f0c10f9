package dev.sallyport.attest;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.CertificateChain;
import dev.sallyport.keys.Der;
import dev.sallyport.keys.EcKey;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * NVIDIA Hopper GPU reports: an SPDM 1.1 GET_MEASUREMENTS request and its response, signed by the
 * device's leaf key with ECDSA P-384. Evidence: {@code report} (base64: request, then response) and
 * {@code certificates} (base64 DER, leaf to root).
 *
 * <p>Layout: DMTF DSP0274 §10.11; the opaque data is NVIDIA's own type-length-value list. A report
 * says which GPU and what it runs; that it sits in the machine that asks, it does not say.
 */
public final class NvidiaHopper implements EvidenceFormat {
  private static final int REQUEST = 37;
  private static final int SIGNATURE = 96;
  private static final int DRIVER_VERSION = 3;
  private static final int VBIOS_VERSION = 6;
  private static final int CHIP_SKU = 15;
  private static final int PROJECT = 17;
  private static final int FWID = 20;
  private static final String FWID_EXTENSION = "2.23.133.5.4.1";

  private final Set<Digest> roots;

  /** With these root keys. */
  public NvidiaHopper(Set<Digest> roots) {
    this.roots = Set.copyOf(roots);
  }

  @Override
  public String type() {
    return "nvidia-hopper";
  }

  @Override
  public Genuine verify(Json.Obj evidence, Instant asOf) throws BadInput {
    evidence.only("report", "certificates");
    Fields report = Fields.of("GPU report", evidence.base64("report"));
    CertificateChain chain = Members.certificates(evidence);
    Digest root = chain.verifyTo(roots, asOf);
    int signed = report.length() - SIGNATURE;
    EcKey.of(chain.leaf().getPublicKey())
        .verifyRaw(report.bytes(0, signed), report.bytes(signed, SIGNATURE));
    report.require(
        report.u8(0) == 0x11 && report.u8(1) == 0xe0, "is no SPDM 1.1 GET_MEASUREMENTS request");
    Fields response = report.part("GPU response", REQUEST, signed - REQUEST);
    SortedMap<String, String> claims = claims(response, chain.leaf());
    return new Genuine(
        type(),
        claims,
        false, // The report has no such bit: a GPU for debugging has another chain.
        report.hex(4, 32),
        root,
        asOf,
        List.of(
            "measurements against NVIDIA's reference values",
            "revocation of NVIDIA's certificates",
            "whether the GPU is in the machine that asks"));
  }

  private static SortedMap<String, String> claims(Fields response, X509Certificate leaf)
      throws BadInput {
    response.require(
        response.u8(0) == 0x11 && response.u8(1) == 0x60, "is no SPDM 1.1 MEASUREMENTS response");
    int recordLength = response.u16(5) | (response.u8(7) << 16);
    Fields record = response.part("measurement record", 8, recordLength);
    SortedMap<String, String> claims = new TreeMap<>();
    measurements(record, response.u8(4), claims);
    claims.put("measurement", Digest.of(record.bytes(0, recordLength)).hex());
    int at = 8 + recordLength + 32;
    int opaqueLength = response.u16(at);
    response.require(
        response.length() == at + 2 + opaqueLength, "opaque data does not fill the response");
    opaque(response.part("opaque data", at + 2, opaqueLength), leaf, claims);
    return claims;
  }

  /** Blocks of index, specification (1: DMTF), size; value type, value size, value. */
  private static void measurements(Fields record, int count, SortedMap<String, String> claims)
      throws BadInput {
    int at = 0;
    for (int i = 0; i < count; i++) {
      int size = record.u16(at + 2);
      int valueSize = record.u16(at + 5);
      record.require(
          record.u8(at + 1) == 1 && size == valueSize + 3, "block " + (i + 1) + " is malformed");
      String name = "measurement.%02d".formatted(record.u8(at));
      record.require(
          claims.put(name, record.hex(at + 7, valueSize)) == null, name + " is there twice");
      at += 4 + size;
    }
    record.require(at == record.length(), "blocks do not fill the record");
  }

  /** Fields of type and length, two bytes each, and data; a type occurs once. */
  private static void opaque(Fields data, X509Certificate leaf, SortedMap<String, String> claims)
      throws BadInput {
    SortedMap<Integer, byte[]> fields = new TreeMap<>();
    int at = 0;
    while (at < data.length()) {
      byte[] value = data.bytes(at + 4, data.u16(at + 2));
      data.require(
          fields.put(data.u16(at), value) == null, "field " + data.u16(at) + " is there twice");
      at += 4 + value.length;
    }
    byte[] fwid = need(data, fields, FWID);
    data.require(
        HexFormat.of().formatHex(fwid).equals(certifiedFwid(leaf)),
        "firmware is not that of the certificate");
    claims.put("fwid", HexFormat.of().formatHex(fwid));
    claims.put("driver", text(need(data, fields, DRIVER_VERSION)));
    claims.put("vbios", vbios(data, need(data, fields, VBIOS_VERSION)));
    claims.put("chipSku", text(need(data, fields, CHIP_SKU)));
    claims.put("project", text(need(data, fields, PROJECT)));
  }

  private static byte[] need(Fields data, SortedMap<Integer, byte[]> fields, int type)
      throws BadInput {
    byte[] value = fields.get(type);
    if (value == null) {
      throw new BadInput(data.what() + " has no field " + type);
    }
    return value;
  }

  /** TCG DICE, CompositeDeviceID: the digest at the end of the sequence of key and FWID. */
  private static String certifiedFwid(X509Certificate leaf) throws BadInput {
    Der device = Der.parse(CertificateChain.extension(leaf, FWID_EXTENSION));
    Der fwid = device.last().last();
    return HexFormat.of().formatHex(fwid.content(Der.OCTET_STRING));
  }

  /** Text of the vendor, up to its first zero. */
  private static String text(byte[] value) {
    String text = new String(value, StandardCharsets.ISO_8859_1);
    int end = text.indexOf('\0');
    return Json.clip(end < 0 ? text : text.substring(0, end));
  }

  /** As NVIDIA writes it: {@code 96.00.9F.00.01}. */
  private static String vbios(Fields data, byte[] value) throws BadInput {
    data.require(value.length == 8, "VBIOS version of " + value.length + " bytes; it has 8");
    return "%02X.%02X.%02X.%02X.%02X".formatted(value[3], value[2], value[1], value[0], value[4]);
  }
}
