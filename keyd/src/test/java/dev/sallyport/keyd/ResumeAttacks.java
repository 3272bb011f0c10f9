package dev.sallyport.keyd;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Zone;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Resuming what must not be resumed, to get around the dwell time. People sign these requests: they
 * believe what the server tells them of the past.
 */
final class ResumeAttacks {
  private static final String NEXT = Documents.POLICY.replace("\"version\":2", "\"version\":3");
  private static final String DWELLING =
      NEXT.replace("\"dwellSeconds\":0", "\"dwellSeconds\":86400");

  private ResumeAttacks() {}

  /** A policy under which nobody gets further than INTERNAL without dwelling. */
  private static void set(Hostile s, String policy) throws Exception {
    s.f.policy = s.f.set("policy", Policy.statement(Fortress.json(policy)), "sec1", "sec2");
  }

  private static Digest inForce(Hostile s, Audience audience) throws Exception {
    PaperAttacks.again(s, audience, Zone.GREEN);
    s.isInForce();
    return s.f.release.id();
  }

  private static void entry(Hostile s, String type, Digest release) {
    s.f.log.add(type, Json.obj().put("release", release).put("reason", "x").build());
  }

  /** Partners had it; then a policy came that makes others dwell. */
  private static Digest suspended(Hostile s, String policy) throws Exception {
    Digest release = inForce(s, Audience.TRUSTED_PARTNER);
    set(s, policy);
    entry(s, "release.suspended", release);
    return release;
  }

  private static Attempt resume(Hostile s, Digest release) throws Exception {
    return resume(s, release, Audience.TRUSTED_PARTNER);
  }

  private static Attempt resume(Hostile s, Digest release, Audience audience) throws Exception {
    s.f.now = s.f.now.plusSeconds(1);
    s.f.resumes = Optional.of(release);
    PaperAttacks.again(s, audience, Zone.GREEN);
    return s.lease();
  }

  /** What may be done, so that it is known that all else is refused for its own reason. */
  static Attempt asItMay(Hostile s) throws Exception {
    return resume(s, suspended(s, DWELLING));
  }

  /** The log says that it was in force and suspended; keyd's judgement never allowed it. */
  static Attempt neverInForce(Hostile s) throws Exception {
    set(s, DWELLING);
    PaperAttacks.again(s, Audience.TRUSTED_PARTNER, Zone.GREEN);
    Digest release = s.f.release.id();
    entry(s, "release.suspended", release);
    return resume(s, release);
  }

  static Attempt wider(Hostile s) throws Exception {
    return resume(s, suspended(s, DWELLING), Audience.LIMITED);
  }

  static Attempt expired(Hostile s) throws Exception {
    Digest release = inForce(s, Audience.TRUSTED_PARTNER);
    set(s, DWELLING);
    entry(s, "release.expired", release);
    return resume(s, release);
  }

  static Attempt longAgo(Hostile s) throws Exception {
    Digest release = suspended(s, DWELLING.replace("\"approvalDays\":30", "\"approvalDays\":2"));
    s.f.cosign(s.f.log);
    s.f.now = s.f.now.plus(Duration.ofDays(2));
    return resume(s, release);
  }

  /** Nobody looked at what watches the model since it was suspended. */
  static Attempt unwatched(Hostile s) throws Exception {
    s.f.now = s.f.now.plusSeconds(1);
    String watching = ",\"promotion\":[\"sealed\"],\"modelBytesPerDay\"";
    return resume(s, suspended(s, DWELLING.replace(",\"modelBytesPerDay\"", watching)));
  }

  /** Another model was with partners; about that one nothing is known, which policy 2 allows. */
  static Attempt ofAnotherModel(Hostile s) throws Exception {
    Envelope other =
        s.requests(
            "other",
            Digest.of("other"),
            Audience.TRUSTED_PARTNER,
            new TreeMap<>(Map.of("cyber", Zone.INDETERMINATE)),
            new TreeSet<>(Set.of(s.f.evidence.getLast().id())));
    s.f.release = other;
    s.f.approve("sec1");
    s.f.approve("sec2");
    s.f.activate();
    s.f.cosign(s.f.log);
    set(s, DWELLING);
    entry(s, "release.suspended", other.id());
    return resume(s, other.id());
  }
}
