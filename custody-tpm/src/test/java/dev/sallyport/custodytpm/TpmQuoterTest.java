package dev.sallyport.custodytpm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.attest.Attestation;
import dev.sallyport.attest.Attestations;
import dev.sallyport.attest.Binding;
import dev.sallyport.attest.Genuine;
import dev.sallyport.attest.TpmQuote;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.custody.RecipientKey;
import dev.sallyport.keys.Recipient;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What swtpm quotes, the verifier takes; every change of it, it refuses. */
class TpmQuoterTest {
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
  private static final byte[] NONCE = new byte[16];

  private static SoftTpm tpm;
  private static Recipient recipient;

  @BeforeAll
  static void start() throws Exception {
    try (RecipientKey key = RecipientKey.generate()) {
      recipient = key.recipient();
    }
    tpm = SoftTpm.start();
  }

  @AfterAll
  static void stop() throws Exception {
    if (tpm != null) {
      tpm.close();
    }
  }

  @Test
  void aQuoteOfThisRequestIsTaken() throws Exception {
    Attestation taken = attested(quote(tpm, "0,7", binding()));
    assertTrue(taken.satisfies("tpm", Map.of("pcrs", "0,7")));
    assertTrue(taken.brief().string("measurement").matches("[0-9a-f]{64}"));
  }

  @Test
  void theMeasurementIsTheSameUntilARegisterChanges() throws Exception {
    try (SoftTpm own = SoftTpm.start()) {
      String before = measured(quote(own, "7,16", binding()));
      assertEquals(before, measured(quote(own, "16,7", new byte[32])));
      own.extend(10);
      assertEquals(before, measured(quote(own, "7,16", binding())));
      own.extend(16);
      assertNotEquals(before, measured(quote(own, "7,16", binding())));
    }
  }

  @Test
  void theMeasurementNamesTheTpmAndTheRegisters() throws Exception {
    String here = measured(quote(tpm, "7", binding()));
    assertNotEquals(here, measured(quote(tpm, "0", binding())));
    try (SoftTpm own = SoftTpm.start()) {
      assertNotEquals(here, measured(quote(own, "7", binding())));
    }
  }

  @Test
  void aQuoteForAnotherRequestIsRefused() throws Exception {
    Json.Obj other = quote(tpm, "7", new byte[32]);
    BadInput e = assertThrows(BadInput.class, () -> attested(other));
    assertEquals("report data is not that of this nonce and recipient key", e.getMessage());
  }

  @Test
  void everyAlteredByteAndEveryCutIsRefused() throws Exception {
    Json.Obj good = quote(tpm, "7", binding());
    for (String member : List.of("key", "quote", "signature")) {
      byte[] whole = good.base64(member);
      for (int at = 0; at < whole.length; at++) {
        byte[] cut = Arrays.copyOf(whole, at);
        assertThrows(BadInput.class, () -> verify(with(good, member, cut)), member + " " + at);
        byte[] altered = whole.clone();
        altered[at] ^= 1;
        // The key's own bytes are covered by the measurement, all others by the signature.
        if (member.equals("key")) {
          assertFalse(same(good, with(good, member, altered)), "byte " + at);
        } else {
          Json.Obj changed = with(good, member, altered);
          assertThrows(BadInput.class, () -> verify(changed), member + " " + at);
        }
      }
      byte[] longer = Arrays.copyOf(whole, whole.length + 1);
      assertThrows(BadInput.class, () -> verify(with(good, member, longer)));
    }
  }

  /** A key that would sign what it is given could claim any state. */
  @Test
  void anUnrestrictedKeyIsRefused() throws Exception {
    Json.Obj good = quote(tpm, "7", binding());
    byte[] area = good.base64("key");
    area[5] &= (byte) ~1; // restricted is bit 16
    BadInput e = assertThrows(BadInput.class, () -> verify(with(good, "key", area)));
    assertTrue(String.valueOf(e.getMessage()).contains("a restricted signing key"), e.getMessage());
  }

  @Test
  void aTpmThatIsGoneGivesNoQuote() throws Exception {
    try (SoftTpm own = SoftTpm.start()) {
      own.kill();
      IOException e = assertThrows(IOException.class, () -> quote(own, "7", binding()));
      assertTrue(String.valueOf(e.getMessage()).startsWith("the TPM gives no quote"));
    }
  }

  @Test
  void aHundredQuotesLeaveNothingInTheTpm() throws Exception {
    TpmQuoter quoter = new TpmQuoter(tpm.socket(), Pcrs.parse("7"));
    for (int i = 0; i < 100; i++) {
      quoter.quote(binding());
    }
  }

  private static boolean same(Json.Obj good, Json.Obj changed) throws BadInput {
    try {
      return measured(good).equals(measured(changed));
    } catch (BadInput refused) {
      return false;
    }
  }

  private static byte[] binding() {
    return Binding.of(NONCE, recipient).brief();
  }

  private static Json.Obj quote(SoftTpm at, String pcrs, byte[] qualifying) throws Exception {
    TpmQuoter.Quote quote = new TpmQuoter(at.socket(), Pcrs.parse(pcrs)).quote(qualifying);
    return Json.obj()
        .put("key", quote.key())
        .put("quote", quote.attest())
        .put("signature", quote.signature())
        .build();
  }

  private static Json.Obj with(Json.Obj evidence, String member, byte[] bytes) throws BadInput {
    Json.Builder changed = Json.obj();
    for (String name : List.of("key", "quote", "signature")) {
      changed.put(
          name,
          name.equals(member) ? Base64.getEncoder().encodeToString(bytes) : evidence.string(name));
    }
    return changed.build();
  }

  private static Genuine verify(Json.Obj evidence) throws BadInput {
    return new TpmQuote().verify(evidence, NOW);
  }

  private static String measured(Json.Obj evidence) throws BadInput {
    return String.valueOf(verify(evidence).claims().get("measurement"));
  }

  private static Attestation attested(Json.Obj evidence) throws BadInput {
    Json.Obj item = Json.obj().put("type", "tpm").put("evidence", evidence).build();
    return Attestations.ofVendors()
        .verify(List.of(item), Binding.of(NONCE, recipient), NOW)
        .getFirst();
  }
}
