package dev.sallyport.attest;

import dev.sallyport.core.Json;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Evidence of a made-up vendor, well-formed in every field that its format checks. */
final class Specimen {
  private final EvidenceFormat format;
  private final String member;
  private final byte[] report;
  private final int solid;
  private final List<byte[]> certificates;

  private Specimen(
      EvidenceFormat format, String member, byte[] report, int solid, List<byte[]> certificates) {
    this.format = format;
    this.member = member;
    this.report = report;
    this.solid = solid;
    this.certificates = certificates;
  }

  EvidenceFormat format() {
    return format;
  }

  /** What is signed, and the signature. */
  byte[] report() {
    return report;
  }

  /** How many of its bytes may not change in any bit. */
  int solid() {
    return solid;
  }

  List<byte[]> certificates() {
    return certificates;
  }

  Genuine genuine() throws Exception {
    return format.verify(evidence(), TestCa.NOW);
  }

  Json.Obj evidence() {
    return evidence(report, certificates);
  }

  Json.Obj evidence(byte[] changed, List<byte[]> chain) {
    Json.Builder json = Json.obj().put(member, changed);
    if (!chain.isEmpty()) {
      json.put(
          "certificates",
          Json.strings(chain.stream().map(Base64.getEncoder()::encodeToString).toList()));
    }
    return json.build();
  }

  static Specimen snp(byte[] reportData, boolean debug) throws Exception {
    return snp(reportData, debug, 0x73);
  }

  static Specimen snp(byte[] reportData, boolean debug, int certifiedMicrocode) throws Exception {
    byte[] chip = new byte[64];
    Arrays.fill(chip, (byte) 0xc4);
    Map<String, byte[]> extensions = new LinkedHashMap<>();
    extensions.put(amd(4), chip);
    extensions.put(amd(3, 1), new byte[] {2, 1, 3});
    extensions.put(amd(3, 2), new byte[] {2, 1, 0});
    extensions.put(amd(3, 3), new byte[] {2, 1, 8});
    extensions.put(amd(3, 8), new byte[] {2, 1, (byte) certifiedMicrocode});
    TestCa ca = new TestCa("secp384r1", extensions);
    ByteBuffer r = little(SevSnp.LENGTH);
    r.putInt(0x00, 2).putLong(0x08, 0x30000L | (debug ? 1L << 19 : 0)).putInt(0x34, 1);
    r.put(0x50, reportData);
    r.put(0x90, filled(48, 0x11));
    for (int at : new int[] {0x38, 0x180, 0x1e0, 0x1f0}) {
      r.put(at, new byte[] {3, 0, 0, 0, 0, 0, 8, 0x73});
    }
    r.put(0x1a0, chip);
    byte[] signature = ca.sign(Arrays.copyOf(bytes(r), SevSnp.SIGNED));
    r.put(SevSnp.SIGNED, reversed(Arrays.copyOf(signature, 48)));
    r.put(SevSnp.SIGNED + 72, reversed(Arrays.copyOfRange(signature, 48, 96)));
    SevSnp format = new SevSnp(Set.of(ca.root));
    return new Specimen(format, "report", bytes(r), SevSnp.LENGTH, ca.chain);
  }

  static Specimen tdx(int version, byte[] reportData, boolean debug) throws Exception {
    TestCa ca = new TestCa("secp256r1", Map.of());
    KeyPair attestation = TestCa.pair("secp256r1");
    int body = version == 4 ? 584 : 648;
    ByteBuffer td = little(body);
    td.put(120, (byte) (debug ? 1 : 0));
    td.put(136, filled(48, 0x22)).put(520, reportData);
    ByteBuffer head = little(version == 4 ? 48 : 54);
    head.putShort(0, (short) version).putShort(2, (short) 2).putInt(4, 0x81);
    if (version == 5) {
      head.putShort(48, (short) 3).putInt(50, body);
    }
    byte[] signed = join(bytes(head), bytes(td));
    byte[] key = xy((ECPublicKey) attestation.getPublic());
    byte[] auth = filled(32, 0x33);
    byte[] pem = pem(ca.chain);
    byte[] data =
        join(
            TestCa.sign(attestation.getPrivate(), "SHA256", signed),
            key,
            bytes(little(6).putShort((short) 6).putInt(384 + 64 + 2 + 32 + 6 + pem.length)),
            signedQe(ca, key, auth),
            bytes(little(2).putShort((short) 32)),
            auth,
            bytes(little(6).putShort((short) 5).putInt(pem.length)),
            pem);
    byte[] quote = join(signed, bytes(little(4).putInt(data.length)), data);
    Tdx format = new Tdx(Set.of(ca.root));
    return new Specimen(format, "quote", quote, quote.length - pem.length, List.of());
  }

  private static byte[] signedQe(TestCa ca, byte[] key, byte[] auth) throws Exception {
    ByteBuffer qe = little(384);
    qe.put(
        128,
        HexFormat.of()
            .parseHex("dc9e2a7c6f948f17474e34a7fc43ed030f7c1563f1babddf6340c82e0e54a8c5"));
    qe.putShort(256, (short) 2).putShort(258, (short) 4);
    qe.put(320, MessageDigest.getInstance("SHA-256").digest(join(key, auth)));
    return join(bytes(qe), ca.sign(bytes(qe)));
  }

  static Specimen nvidia(byte[] nonce) throws Exception {
    byte[] fwid = filled(48, 0x44);
    byte[] device = join(new byte[] {0x30, 54, 0x30, 0, 0x30, 50}, new byte[] {4, 48}, fwid);
    TestCa ca = new TestCa("secp384r1", Map.of("678105050401", device));
    byte[] block1 = join(new byte[] {1, 1, 51, 0, 1, 48, 0}, filled(48, 0x55));
    byte[] block2 = join(new byte[] {2, 1, 51, 0, 1, 48, 0}, filled(48, 0x66));
    byte[] opaque =
        join(
            field(3, "550.90.07\0".getBytes(StandardCharsets.US_ASCII)),
            field(6, new byte[] {0, (byte) 0x9f, 0, (byte) 0x96, 1, 0, 0, 0}),
            field(15, new byte[] {'8', '8', '2', 0}),
            field(17, new byte[] {'1', '0', '1', '0', 0}),
            field(20, fwid));
    byte[] signed =
        join(
            new byte[] {0x11, (byte) 0xe0, 1, (byte) 0xff},
            nonce,
            new byte[] {0},
            new byte[] {0x11, 0x60, 0, 0, 2, 110, 0, 0},
            block1,
            block2,
            filled(32, 0x77),
            bytes(little(2).putShort((short) opaque.length)),
            opaque);
    byte[] report = join(signed, ca.sign(signed));
    NvidiaHopper format = new NvidiaHopper(Set.of(ca.root));
    return new Specimen(format, "report", report, report.length, ca.chain);
  }

  private static byte[] field(int type, byte[] value) {
    return join(bytes(little(4).putShort((short) type).putShort((short) value.length)), value);
  }

  private static String amd(int... last) {
    byte[] head = {0x2b, 6, 1, 4, 1, (byte) 0x9c, 0x78, 1};
    byte[] oid = Arrays.copyOf(head, head.length + last.length);
    for (int i = 0; i < last.length; i++) {
      oid[head.length + i] = (byte) last[i];
    }
    return HexFormat.of().formatHex(oid);
  }

  private static byte[] pem(List<byte[]> chain) {
    StringBuilder out = new StringBuilder();
    for (byte[] der : chain) {
      out.append("-----BEGIN CERTIFICATE-----\n");
      out.append(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der));
      out.append("\n-----END CERTIFICATE-----\n");
    }
    return out.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] xy(ECPublicKey key) {
    byte[] spki = key.getEncoded();
    return Arrays.copyOfRange(spki, spki.length - 64, spki.length);
  }

  private static ByteBuffer little(int length) {
    return ByteBuffer.wrap(new byte[length]).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] out = new byte[buffer.capacity()];
    buffer.get(0, out);
    return out;
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static byte[] reversed(byte[] bytes) {
    byte[] out = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      out[i] = bytes[bytes.length - 1 - i];
    }
    return out;
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
