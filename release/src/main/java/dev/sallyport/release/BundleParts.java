package dev.sallyport.release;

import dev.sallyport.keys.Envelope;
import java.util.ArrayList;
import java.util.List;

/**
 * What of a lease bundle governance knows (spec/key-release.md §4): the envelopes, and the indices
 * of the entries whose inclusion proves that they are in the log.
 *
 * @param indices ascending: policy, thresholds, evidence, request, approvals and activation
 */
public record BundleParts(
    Envelope policy,
    Envelope thresholds,
    Envelope request,
    List<Envelope> evidence,
    List<Envelope> approvals,
    List<Long> indices) {
  public BundleParts {
    evidence = List.copyOf(evidence);
    approvals = List.copyOf(approvals);
    indices = List.copyOf(indices);
  }

  static BundleParts of(
      Filed policy,
      Filed thresholds,
      Filed request,
      List<Filed> evidence,
      List<Filed> approvals,
      long activation) {
    List<Filed> all = new ArrayList<>(List.of(policy, thresholds, request));
    all.addAll(evidence);
    all.addAll(approvals);
    List<Long> indices = new ArrayList<>(all.stream().map(Filed::index).toList());
    indices.add(activation);
    indices.sort(null);
    return new BundleParts(
        policy.envelope(),
        thresholds.envelope(),
        request.envelope(),
        evidence.stream().map(Filed::envelope).toList(),
        approvals.stream().map(Filed::envelope).toList(),
        indices);
  }
}
