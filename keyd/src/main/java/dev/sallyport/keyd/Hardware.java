package dev.sallyport.keyd;

import dev.sallyport.attest.Attestation;
import dev.sallyport.attest.Attestations;
import dev.sallyport.attest.Binding;
import dev.sallyport.core.Refusal;
import dev.sallyport.keys.LeaseRequest;
import dev.sallyport.keys.Recipient;
import dev.sallyport.risk.AttestationRule;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/** What hardware asks for the key, and whether the policy takes it (spec/key-release.md §9). */
final class Hardware {
  private Hardware() {}

  /** Verifies all evidence of the request; without any the answer is {@code none}. */
  static List<Attestation> verify(
      Attestations formats, LeaseRequest request, Recipient recipient, Instant now) throws Refusal {
    Binding binding = Binding.of(HexFormat.of().parseHex(request.nonce()), recipient);
    return Code.ATTESTATION.check(() -> formats.verify(request.attestation(), binding, now));
  }

  /** Every rule must be met by one of the attestations. */
  static void requireAccepted(List<AttestationRule> rules, List<Attestation> attestations)
      throws Refusal {
    for (AttestationRule rule : rules) {
      boolean met =
          rule.accept().stream()
              .anyMatch(accepted ->
                  attestations.stream()
                      .anyMatch(a -> a.satisfies(accepted.type(), accepted.claims())));
      Code.ATTESTATION.require(
          met,
          "policy asks for hardware from zone "
              + rule.zone()
              + ", audience "
              + rule.audience()
              + " on; attestation: "
              + types(attestations));
    }
  }

  private static String types(List<Attestation> attestations) {
    return String.join(", ", attestations.stream().map(Attestation::type).toList());
  }
}
