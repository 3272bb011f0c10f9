package dev.sallyport.risk;

import dev.sallyport.core.Digest;
import dev.sallyport.keys.Signed;
import dev.sallyport.keys.TrustRoot;
import java.util.List;
import java.util.Set;

/**
 * Everything that a decision depends on, besides the time.
 *
 * @param withdrawn ids of evidence, approvals and requests that were taken back
 */
public record ReleaseFile(
    TrustRoot root,
    Signed policy,
    Signed thresholds,
    Signed request,
    List<Signed> evidence,
    List<Signed> approvals,
    Set<Digest> withdrawn) {
  public ReleaseFile {
    evidence = List.copyOf(evidence);
    approvals = List.copyOf(approvals);
    withdrawn = Set.copyOf(withdrawn);
  }
}
