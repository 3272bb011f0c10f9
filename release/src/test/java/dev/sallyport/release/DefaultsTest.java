package dev.sallyport.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.risk.Audience;
import dev.sallyport.risk.Criterion;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Thresholds;
import dev.sallyport.risk.Zone;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DefaultsTest {
  @Test
  void haveTheSevenAreasAndSayWhereTheirLinesComeFrom() throws Exception {
    Thresholds thresholds = Thresholds.read(Defaults.thresholds());
    assertEquals(
        Set.of(
            "cyber-offense",
            "biological-chemical",
            "persuasion-manipulation",
            "uncontrolled-ai-rd",
            "deception-scheming",
            "self-replication",
            "collusion"),
        thresholds.areas());
    for (Criterion c : thresholds.criteria()) {
      assertTrue(c.source().contains("to be set by the safety team"), c.area());
    }
  }

  @Test
  void permitWhatTheDesignSays() throws Exception {
    Policy policy = Policy.read(Defaults.policy());
    assertTrue(policy.permits(Zone.GREEN, Audience.PUBLIC));
    for (Zone zone : new Zone[] {Zone.INDETERMINATE, Zone.YELLOW}) {
      assertTrue(policy.permits(zone, Audience.LIMITED));
      assertFalse(policy.permits(zone, Audience.PUBLIC));
    }
    assertFalse(policy.permits(Zone.RED, Audience.INTERNAL));
    assertEquals(1, policy.quorum(Audience.INTERNAL));
    assertEquals(2, policy.quorum(Audience.TRUSTED_PARTNER));
    assertEquals(2, policy.quorum(Audience.LIMITED));
    assertEquals(3, policy.quorum(Audience.PUBLIC));
    assertTrue(policy.tier(Audience.INTERNAL).fields().contains("logprobs"));
    for (Audience audience :
        new Audience[] {Audience.TRUSTED_PARTNER, Audience.LIMITED, Audience.PUBLIC}) {
      assertFalse(policy.tier(audience).fields().contains("logprobs"));
      assertFalse(policy.tier(audience).fields().contains("top_logprobs"));
    }
  }

  /** ADR 50. */
  @Test
  void demandClassifiedProtectionOfWhoeverUsesAModelBeyondTheYellowLine() throws Exception {
    Policy policy = Policy.read(Defaults.policy());
    for (Audience audience : Audience.values()) {
      boolean outside = audience.widerThan(Audience.INTERNAL);
      assertFalse(takesLevel3(policy, Zone.GREEN, audience));
      if (policy.permits(Zone.YELLOW, audience)) {
        assertTrue(takesLevel3(policy, Zone.YELLOW, audience), audience.name());
        assertEquals(outside, takesLevel3(policy, Zone.INDETERMINATE, audience));
      }
    }
  }

  private static boolean takesLevel3(Policy policy, Zone zone, Audience audience) {
    return policy.controls(zone, audience).contains("protection-level-3");
  }
}
