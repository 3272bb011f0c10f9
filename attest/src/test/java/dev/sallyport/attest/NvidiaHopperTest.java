package dev.sallyport.attest;

class NvidiaHopperTest extends EvidenceFormatContract {
  @Override
  Specimen specimen(Binding binding) throws Exception {
    return Specimen.nvidia(binding.brief());
  }
}
