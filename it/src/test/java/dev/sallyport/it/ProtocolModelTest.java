package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Model-checks spec/release.als, which says what keyd does against any server. Bounded: two
 * releases, three people, two requests for leases, six entries, eight steps.
 */
class ProtocolModelTest {
  private static final String SCOPE =
      " for 3 but exactly 2 Release, exactly 3 Person, exactly 2 Asked, 6 Entry, 1..8 steps";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "noKeyWithoutARelease",
        "noEntryNoKey",
        "noLeaseBeyondItsGrant",
        "tighteningIsNeverBlocked",
        "fallenStaysFallen",
        "aNoIsNeverSkipped",
        "noAudienceIsSkipped",
        "nothingIsInventedToBeResumed",
        "dwellIsKeydsOwn",
        "nothingAfterAForgery"
      })
  void holds(String assertion) throws Exception {
    assertFalse(Alloy.satisfiable(Alloy.protocol() + "check " + assertion + SCOPE));
  }

  /** Else all that holds might hold because nothing can happen. */
  @Test
  void theHonestLifeIsPossible() throws Exception {
    assertTrue(
        Alloy.satisfiable(
            Alloy.protocol()
                + "run honestLife for 3 but exactly 2 Release, exactly 3 Person,"
                + " exactly 2 Asked, exactly 8 Entry, exactly 14 steps"));
  }

  @Test
  void whatWasStoppedCanBeResumed() throws Exception {
    assertTrue(
        Alloy.satisfiable(
            Alloy.protocol()
                + "run resumedLife for 3 but exactly 2 Release, exactly 3 Person,"
                + " exactly 2 Asked, exactly 7 Entry, exactly 12 steps"));
  }

  /** Without a rule the model finds the attack that the rule is there for. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "people | some (Approve & seen & of.r).by | noKeyWithoutARelease",
        "two | some univ | noKeyWithoutARelease",
        "time | some univ | noKeyWithoutARelease",
        "stop,suspension | some univ | tighteningIsNeverBlocked",
        "suspension | some univ | noKeyWithoutARelease",
        "activation | some univ | noKeyWithoutARelease",
        "promotion | or some univ | noAudienceIsSkipped",
        "resumed | some univ | nothingIsInventedToBeResumed",
        "ended | some univ | nothingIsInventedToBeResumed",
        "as wide | some univ | nothingIsInventedToBeResumed",
        "forged | some univ | nothingAfterAForgery",
        "fallen | fallen' = counted - now | fallenStaysFallen",
        "fallen | fallen' = fallen + (counted - now) | aNoIsNeverSkipped",
        "watch | live' = live | tighteningIsNeverBlocked",
        "dwell | some univ | dwellIsKeydsOwn",
        "grant | live' = live | noLeaseBeyondItsGrant",
        "intent | some univ | noEntryNoKey",
        "judgement | some univ | fallenStaysFallen"
      })
  void isMissedWithoutTheRule(String rules, String instead, String assertion) throws Exception {
    String faulty = Alloy.protocol();
    for (String rule : rules.split(",", -1)) {
      faulty = without(faulty, rule, instead);
    }
    assertTrue(Alloy.satisfiable(faulty + "check " + assertion + SCOPE), rules);
  }

  private static String without(String model, String rule, String instead) {
    StringBuilder out = new StringBuilder();
    int found = 0;
    for (String line : model.lines().toList()) {
      boolean marked = line.endsWith("-- RULE " + rule);
      found += marked ? 1 : 0;
      out.append(marked ? instead : line).append('\n');
    }
    assertEquals(1, found, "lines marked RULE " + rule);
    return out.toString();
  }
}
