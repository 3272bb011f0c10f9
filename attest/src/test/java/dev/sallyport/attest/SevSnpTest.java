package dev.sallyport.attest;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import org.junit.jupiter.api.Test;

class SevSnpTest extends EvidenceFormatContract {
  @Override
  Specimen specimen(Binding binding) throws Exception {
    return Specimen.snp(binding.bytes(), false);
  }

  @Test
  void refusesAGuestThatCanBeDebugged() throws Exception {
    Binding binding = Bindings.of(1);
    Genuine genuine = Specimen.snp(binding.bytes(), true).genuine();
    assertTrue(genuine.debug());
    assertThrows(BadInput.class, () -> genuine.boundTo(binding));
  }

  @Test
  void refusesACertificateOfAnotherFirmwareLevel() throws Exception {
    Specimen s = Specimen.snp(Bindings.of(1).bytes(), false, 0x72);
    BadInput e = assertThrows(BadInput.class, s::genuine);
    assertTrue(e.getMessage().contains("microcode level is 115"), e.getMessage());
  }
}
