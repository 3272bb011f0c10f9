package dev.sallyport.attest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Der;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every format of hardware evidence must do, on evidence of a made-up vendor. */
abstract class EvidenceFormatContract {
  private static final long SEED = 20261123L;

  /** Evidence with this report data, of 64 bytes or its first 32. */
  abstract Specimen specimen(Binding binding) throws Exception;

  private final Binding binding = Bindings.of(1);

  @Test
  void acceptsWhatItsVendorSignedForThisRequest() throws Exception {
    Specimen s = specimen(binding);
    Genuine genuine = s.format().verify(s.evidence(), TestCa.NOW);
    assertEquals(TestCa.NOW, genuine.asOf());
    assertTrue(genuine.claims().containsKey("measurement"));
    Attestation attestation =
        new Attestations(List.of(s.format())).verify(List.of(item(s)), binding, TestCa.NOW).get(0);
    assertInstanceOf(Attestation.Hardware.class, attestation);
    assertEquals(s.format().type(), attestation.type());
  }

  @Test
  void saysWhatItDidNotCheck() throws Exception {
    Specimen s = specimen(binding);
    assertTrue(
        s.format().verify(s.evidence(), TestCa.NOW).unchecked().stream()
            .anyMatch(u -> u.startsWith("revocation")));
  }

  @Test
  void refusesEvidenceMadeForAnotherNonceOrKey() throws Exception {
    Genuine genuine = specimen(binding).genuine();
    assertThrows(BadInput.class, () -> genuine.boundTo(Bindings.of(2)));
    assertThrows(BadInput.class, () -> genuine.boundTo(Bindings.otherRecipient(1)));
  }

  @Test
  void refusesEveryFlippedBit() throws Exception {
    Specimen s = specimen(binding);
    Random random = new Random(SEED);
    for (int i = 0; i < 400; i++) {
      int bit = random.nextInt(s.solid() * 8);
      byte[] changed = s.report().clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThrows(
          BadInput.class,
          () -> s.format().verify(s.evidence(changed, s.certificates()), TestCa.NOW),
          "bit " + bit + " of seed " + SEED);
    }
  }

  @Test
  void refusesEveryTruncationAndOneByteMore() throws Exception {
    Specimen s = specimen(binding);
    for (int length = 0; length <= s.report().length + 1; length++) {
      if (length != s.report().length) {
        byte[] cut = Arrays.copyOf(s.report(), length);
        assertThrows(
            BadInput.class,
            () -> s.format().verify(s.evidence(cut, s.certificates()), TestCa.NOW),
            "length " + length);
      }
    }
  }

  @Test
  void refusesAnotherVendorsRoot() throws Exception {
    Specimen other = specimen(binding);
    Specimen s = specimen(binding);
    assertThrows(BadInput.class, () -> s.format().verify(other.evidence(), TestCa.NOW));
  }

  @Test
  void refusesASwappedAShortenedAndAReorderedChain() throws Exception {
    Specimen other = specimen(binding);
    Specimen s = specimen(binding);
    if (s.certificates().isEmpty()) {
      return; // The chain is inside the report; a flipped report covers it.
    }
    List<byte[]> c = s.certificates();
    List<byte[]> o = other.certificates();
    for (List<byte[]> chain :
        List.of(
            o,
            List.of(o.get(0), c.get(1), c.get(2)),
            List.of(c.get(0), o.get(1), c.get(2)),
            List.of(c.get(0), c.get(2)),
            List.of(c.get(0)),
            List.of(c.get(2)),
            List.of(c.get(1), c.get(0), c.get(2)))) {
      assertThrows(
          BadInput.class, () -> s.format().verify(s.evidence(s.report(), chain), TestCa.NOW));
    }
  }

  @Test
  void refusesEveryFlippedBitOfItsCertificates() throws Exception {
    Specimen s = specimen(binding);
    Random random = new Random(SEED);
    for (int i = 0; i < 100 * s.certificates().size(); i++) {
      List<byte[]> chain = new ArrayList<>(s.certificates());
      int which = i % chain.size();
      byte[] changed = chain.get(which).clone();
      int bit = random.nextInt(changed.length * 8);
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      chain.set(which, changed);
      assertThrows(
          BadInput.class,
          () -> s.format().verify(s.evidence(s.report(), chain), TestCa.NOW),
          "bit " + bit + " of certificate " + which + ", seed " + SEED);
    }
  }

  /** Half of the time the signature ends in a zero bit, and the JDK would not mind. */
  @Test
  void refusesASignatureWithBitsThatDoNotCount() throws Exception {
    Specimen s = specimen(binding);
    for (int which = 0; which < s.certificates().size(); which++) {
      List<byte[]> chain = new ArrayList<>(s.certificates());
      byte[] changed = chain.get(which).clone();
      changed[changed.length - Der.parse(changed).last().content(3).length] = 1;
      chain.set(which, changed);
      assertThrows(
          BadInput.class, () -> s.format().verify(s.evidence(s.report(), chain), TestCa.NOW));
    }
  }

  @Test
  void refusesCertificatesOutsideTheirTime() throws Exception {
    Specimen s = specimen(binding);
    assertThrows(
        BadInput.class, () -> s.format().verify(s.evidence(), TestCa.BEGIN.minusSeconds(1)));
    assertThrows(BadInput.class, () -> s.format().verify(s.evidence(), TestCa.END.plusSeconds(1)));
  }

  @Test
  void refusesMembersItDoesNotKnow() throws Exception {
    Specimen s = specimen(binding);
    Json.Builder more = Json.obj().put("collateral", "x");
    s.evidence().members().forEach(more::put);
    assertThrows(BadInput.class, () -> s.format().verify(more.build(), TestCa.NOW));
  }

  static Json.Obj item(Specimen s) {
    return Json.obj().put("type", s.format().type()).put("evidence", s.evidence()).build();
  }
}
