package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Json;
import org.junit.jupiter.api.Test;

/** A host proves to keyd what it booted, or gets no key. */
class HostTpmTest {
  private static final String PCRS = "7,16";

  @Test
  void onlyTheMeasuredStateOfThePolicyGetsTheKey() throws Exception {
    try (SoftTpm tpm = SoftTpm.start()) {
      String measurement = measured(tpm);
      String rule =
          "\"attestation\": [{\"zone\": \"GREEN\", \"audience\": \"INTERNAL\", \"accept\":"
              + " [{\"type\": \"tpm\", \"claims\": {\"measurement\": \""
              + measurement
              + "\"}}]}]";
      try (Installation house = Installation.initialised(rule)) {
        released(house, tpm);
        house.run("run", Installation.MODEL, "--as", "sysadmin").ok();
        house.run("stop", Installation.MODEL, "--as", "sysadmin").ok();
        tpm.extend(16);
        refused(house, "attestation: tpm");
        house.stopUp();
        house.up();
        refused(house, "attestation: none");
        house.run("log", "verify").ok();
      }
    }
  }

  /** What an installation without a rule lists: what the policy is then made from. */
  private static String measured(SoftTpm tpm) throws Exception {
    try (Installation house = Installation.initialised()) {
      released(house, tpm);
      house.run("run", Installation.MODEL, "--as", "sysadmin").ok();
      Json.Obj model = house.status().objects("models").getFirst();
      Json.Obj attestation = model.objects("attestation").getFirst();
      assertEquals("tpm", attestation.string("type"));
      return attestation.string("measurement");
    }
  }

  private static void released(Installation house, SoftTpm tpm) throws Exception {
    house.up("--attest-tpm", tpm.socket().toString(), "--attest-pcrs", PCRS);
    house.seal();
    house.evidence();
    house.release();
  }

  private static void refused(Installation house, String why) throws Exception {
    Installation.Ran ran = house.run("run", Installation.MODEL, "--as", "sysadmin");
    assertNotEquals(0, ran.exit());
    assertTrue(ran.err().contains(why), ran.err());
  }
}
