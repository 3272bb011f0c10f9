package dev.sallyport.attest;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.time.Instant;

/**
 * One kind of hardware evidence. Implementations are immutable, use no network, and never answer
 * with less than they checked: what they leave out is named in {@link Genuine#unchecked}.
 */
public interface EvidenceFormat {
  /** The name in requests and policies, such as {@code sev-snp}. */
  String type();

  /**
   * Verifies signature and certificate chain.
   *
   * @param evidence hostile; its members are the format's own
   * @param asOf the time at which the certificates must be valid
   */
  Genuine verify(Json.Obj evidence, Instant asOf) throws BadInput;
}
