package dev.sallyport.attest;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import org.junit.jupiter.api.Test;

class TdxV5Test extends EvidenceFormatContract {
  @Override
  Specimen specimen(Binding binding) throws Exception {
    return Specimen.tdx(5, binding.bytes(), false);
  }

  @Test
  void refusesAGuestThatCanBeDebugged() throws Exception {
    Binding binding = Bindings.of(1);
    Genuine genuine = Specimen.tdx(5, binding.bytes(), true).genuine();
    assertTrue(genuine.debug());
    assertThrows(BadInput.class, () -> genuine.boundTo(binding));
  }

  @Test
  void saysThatTheTcbStatusWasNotChecked() throws Exception {
    assertTrue(
        specimen(Bindings.of(1)).genuine().unchecked().contains("TCB status of the platform"));
  }
}
