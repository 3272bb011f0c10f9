package dev.sallyport.risk;

import dev.sallyport.core.Digest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the log says around a request. All of it can only speak against a release, but for {@link
 * Step.Asked#since} and {@link Step.Resuming#former}, which a wider audience needs.
 *
 * @param withdrawn ids of evidence, approvals, waivers and requests that were taken back
 * @param evidence all that is about this model or this installation, listed or not, but what was
 *     struck
 * @param failing controls that a check of the installation's own finds broken now
 */
public record Circumstances(
    Set<Digest> withdrawn, List<Attested> evidence, Set<String> failing, Step step) {

  /** Where the release is on its way outwards. */
  public sealed interface Step {

    /** What speaks against taking it now. */
    default List<Reason> against(
        Policy policy, ReleaseRequest request, Controls shown, Instant now) {
      return switch (this) {
        case Asked asked -> new Promotion(policy, request, asked.since).against(shown, now);
        case Resuming resuming -> new Resumption(policy, request, resuming).against(shown, now);
        case Taken taken -> List.of();
      };
    }

    /**
     * It is not in force yet: promotion is judged.
     *
     * @param since when the model reached the next narrower audience, or a wider one, if it is
     *     still there
     */
    record Asked(Optional<Instant> since) implements Step {}

    /**
     * It is not in force yet and takes the place of one that was: that is judged instead.
     *
     * @param former what it resumes, if the log has it and it was in force
     */
    record Resuming(Optional<Former> former) implements Step {}

    /** It is in force: promotion was judged when it came into force. */
    record Taken() implements Step {}
  }

  /**
   * A release that was in force.
   *
   * @param ended when it was suspended or revoked, if it was
   */
  public record Former(Digest manifest, Audience audience, State state, Optional<Instant> ended) {}

  public Circumstances {
    withdrawn = Set.copyOf(withdrawn);
    evidence = List.copyOf(evidence);
    failing = Set.copyOf(failing);
  }
}
