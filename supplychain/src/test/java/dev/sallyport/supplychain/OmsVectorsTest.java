package dev.sallyport.supplychain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.CertificateChain;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bundles that other implementations made (OpenSSF Model Signing v1.0). */
class OmsVectorsTest {
  private static final Path DIR = Path.of("../../shared/vectors/oms");

  @BeforeEach
  void needsTheVectors() {
    assumeTrue(Files.isDirectory(DIR), "no ../shared/vectors/oms: vectors are not tested");
  }

  @Test
  void validBundlesAreWellFormed() throws Exception {
    for (Path file : files("valid")) {
      assertEquals(2, UnverifiedBundle.parse(Files.readAllBytes(file)).resources());
    }
  }

  @Test
  void invalidBundlesAndPayloadsAreRefused() throws Exception {
    int n = 0;
    for (String folder : List.of("invalid", "invalid-payload")) {
      for (Path file : files(folder)) {
        byte[] bytes = Files.readAllBytes(file);
        assertThrows(BadInput.class, () -> UnverifiedBundle.parse(bytes), file.toString());
        n++;
      }
    }
    assertTrue(n >= 4);
  }

  @Test
  void certificateBundleVerifiesUnderItsIssuer() throws Exception {
    byte[] bytes = Files.readAllBytes(DIR.resolve("valid/certificate.bundle.json"));
    UnverifiedBundle bundle = UnverifiedBundle.parse(bytes);
    Material.Chain chain = assertInstanceOf(Material.Chain.class, bundle.material());
    byte[] issuer = chain.certificates().certificates().get(1).getEncoded();
    Trust trust = new Trust.Anchors(CertificateChain.parse(List.of(issuer)));
    assertEquals("certificate", bundle.verify(trust).signer().kind());
    String other = Json.toString(Json.parseObject(bytes)).replace("MGYCMQDUN6tD", "MGYCMQDUN6tE");
    assertThrows(
        BadInput.class, () -> UnverifiedBundle.parse(Json.parse(other).canonical()).verify(trust));
  }

  private static List<Path> files(String folder) throws Exception {
    try (Stream<Path> files = Files.list(DIR.resolve(folder))) {
      return files.sorted().toList();
    }
  }
}
