package dev.sallyport.attest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.CertificateChain;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Evidence of real hardware, to the vendors' real roots. It carries no time, so certificates are
 * checked as of the moment the youngest of them began.
 */
class VendorSamplesTest {
  private static final Path DIR = Path.of("../../shared/vectors/attestation");
  private static final long SEED = 7L;

  @BeforeEach
  void needsTheVectors() {
    assumeTrue(Files.isDirectory(DIR), "no ../shared/vectors/attestation: samples are not tested");
  }

  @Test
  void amdReportIsGenuine() throws Exception {
    Genuine g = genuine(new SevSnp(Roots.AMD), snp("test-vcek.der"));
    assertEquals(
        "a1f3930413247bb38cfc171579ea3c12d5fe4901f0c792f63fd75d98f1ef827c"
            + "23500644e0e692e6be917f9050d3d38c",
        g.claims().get("measurement"));
    assertEquals("3.0.8.115", g.claims().get("tcb"));
    assertEquals("0000000000030000".length(), g.claims().get("policy").length());
    assertFalse(g.debug());
  }

  @Test
  void amdCertificateOfAnotherChipIsRefused() throws Exception {
    Json.Obj evidence = snp("test-vcek-invalid-legacy.der");
    assertThrows(BadInput.class, () -> genuine(new SevSnp(Roots.AMD), evidence));
  }

  @Test
  void amdRootsOfBothGenerationsAreTheOnesPinned() throws Exception {
    for (String name : List.of("milan", "genoa")) {
      CertificateChain chain = CertificateChain.parsePem(read("snp/" + name + "_ask_ark_asvk.pem"));
      var ark = chain.certificates().get(1);
      assertTrue(Roots.AMD.contains(CertificateChain.keyId(ark)), name);
      chain.certificates().get(0).verify(ark.getPublicKey());
    }
  }

  @Test
  void intelQuoteOfVersion4HasTheKnownClaimsAndIsRefusedForItsDebugBit() throws Exception {
    Genuine g = genuine(new Tdx(Roots.INTEL), tdx("tdx/tdx_quote_4.dat"));
    Json.Obj expected = Json.parseObject(read("tdx/parse_tdx_claims_expected.json"));
    Json.Obj body = expected.object("quote").object("body");
    Map<String, String> names =
        Map.ofEntries(
            Map.entry("mr_config_id", "mrConfigId"),
            Map.entry("mr_owner", "mrOwner"),
            Map.entry("mr_owner_config", "mrOwnerConfig"),
            Map.entry("mr_seam", "mrSeam"),
            Map.entry("mr_td", "measurement"),
            Map.entry("mrsigner_seam", "mrSignerSeam"),
            Map.entry("rtmr_0", "rtmr0"),
            Map.entry("rtmr_1", "rtmr1"),
            Map.entry("rtmr_2", "rtmr2"),
            Map.entry("rtmr_3", "rtmr3"),
            Map.entry("seam_attributes", "seamAttributes"),
            Map.entry("tcb_svn", "tcbSvn"),
            Map.entry("td_attributes", "tdAttributes"),
            Map.entry("xfam", "xfam"));
    for (String name : body.members().keySet()) {
      String ours = name.equals("report_data") ? g.reportData() : g.claims().get(names.get(name));
      assertEquals(body.string(name), ours, name);
    }
    assertEquals(expected.object("td_attributes").bool("debug"), g.debug());
    assertTrue(g.debug());
    assertThrows(BadInput.class, () -> g.boundTo(Bindings.of(1)));
  }

  @Test
  void intelQuoteOfVersion5IsGenuine() throws Exception {
    Genuine g = genuine(new Tdx(Roots.INTEL), tdx("tdx/tdx_quote_5.dat"));
    assertEquals("5", g.claims().get("version"));
    assertEquals(96, g.claims().get("mrServiceTd").length());
  }

  @Test
  void nvidiaReportIsGenuine() throws Exception {
    Genuine g = genuine(new NvidiaHopper(Roots.NVIDIA), nvidia());
    assertEquals("550.90.07", g.claims().get("driver"));
    assertEquals("96.00.9F.00.01", g.claims().get("vbios"));
    assertEquals(
        64, g.claims().keySet().stream().filter(k -> k.startsWith("measurement.")).count());
    assertEquals(
        "931d8dd0add203ac3d8b4fbde75e115278eefcdceac5b87671a748f32364dfcb", g.reportData());
  }

  @Test
  void everyFlippedBitOfARealReportIsRefused() throws Exception {
    flip(new SevSnp(Roots.AMD), snp("test-vcek.der"), "report", SevSnp.LENGTH);
    flip(new NvidiaHopper(Roots.NVIDIA), nvidia(), "report", 4117);
    flip(new Tdx(Roots.INTEL), tdx("tdx/tdx_quote_4.dat"), "quote", 1258);
    flip(new Tdx(Roots.INTEL), tdx("tdx/tdx_quote_5.dat"), "quote", 1328);
  }

  private static void flip(EvidenceFormat format, Json.Obj evidence, String member, int solid)
      throws Exception {
    byte[] report = evidence.base64(member);
    Instant asOf = began(format, evidence);
    Random random = new Random(SEED);
    for (int i = 0; i < 150; i++) {
      int bit = random.nextInt(solid * 8);
      byte[] changed = report.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      Json.Builder json = Json.obj().put(member, changed);
      evidence
          .members()
          .forEach((name, value) -> {
            if (!name.equals(member)) {
              json.put(name, value);
            }
          });
      assertThrows(
          BadInput.class,
          () -> format.verify(json.build(), asOf),
          format.type() + " bit " + bit + " of seed " + SEED);
    }
  }

  private static Genuine genuine(EvidenceFormat format, Json.Obj evidence) throws Exception {
    return format.verify(evidence, began(format, evidence));
  }

  private static Instant began(EvidenceFormat format, Json.Obj evidence) throws Exception {
    return format instanceof Tdx
        ? CertificateChain.parsePem(evidence.base64("quote")).began()
        : Members.certificates(evidence).began();
  }

  private static Json.Obj snp(String vcek) throws Exception {
    List<String> chain = new ArrayList<>();
    chain.add(Base64.getEncoder().encodeToString(read("snp/" + vcek)));
    for (var c :
        CertificateChain.parsePem(read("snp/milan_ask_ark_asvk.pem"))
            .certificates()
            .subList(0, 2)) {
      chain.add(Base64.getEncoder().encodeToString(c.getEncoded()));
    }
    return Json.obj()
        .put("report", read("snp/test-report.bin"))
        .put("certificates", Json.strings(chain))
        .build();
  }

  private static Json.Obj tdx(String name) throws Exception {
    return Json.obj().put("quote", read(name)).build();
  }

  private static Json.Obj nvidia() throws Exception {
    List<String> chain = new ArrayList<>();
    for (var c :
        CertificateChain.parsePem(read("nvidia/hopper_cert_chain_case1.txt")).certificates()) {
      chain.add(Base64.getEncoder().encodeToString(c.getEncoded()));
    }
    String hex =
        new String(read("nvidia/hopperAttestationReport.txt"), StandardCharsets.US_ASCII).strip();
    return Json.obj()
        .put("report", HexFormat.of().parseHex(hex))
        .put("certificates", Json.strings(chain))
        .build();
  }

  private static byte[] read(String name) throws Exception {
    return Files.readAllBytes(DIR.resolve(name));
  }
}
