package dev.sallyport.keeper;

import dev.sallyport.attest.Binding;
import dev.sallyport.core.Json;
import dev.sallyport.custodytpm.TpmQuoter;
import dev.sallyport.keys.Nonce;
import dev.sallyport.keys.Recipient;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What this host's hardware says about itself in a lease request (spec/key-release.md §9): a TPM's
 * quote, or nothing. Thread-safe.
 */
record HostEvidence(Optional<TpmQuoter> tpm) {
  /** Evidence for this request and no other. Fails if a TPM was named and gives no quote. */
  List<Json.Obj> of(Nonce nonce, Recipient recipient) throws IOException {
    if (tpm.isEmpty()) {
      return List.of();
    }
    Binding binding = Binding.of(HexFormat.of().parseHex(nonce.hex()), recipient);
    TpmQuoter.Quote quote = tpm.get().quote(binding.brief());
    Json.Obj evidence =
        Json.obj()
            .put("key", quote.key())
            .put("quote", quote.attest())
            .put("signature", quote.signature())
            .build();
    return List.of(Json.obj().put("type", "tpm").put("evidence", evidence).build());
  }
}
