package dev.sallyport.keyd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The server is the attacker's, keyd is the real one: no attack gets a key or a wider audience, and
 * keyd's journal tells of it. Without the checks that stop it each one succeeds, so each check is
 * needed and each attack would be one.
 */
class HostileServerTest {
  private static final String SUCCEEDED = "succeeded";

  @TempDir private Path dir;
  private int homes;

  @ParameterizedTest(name = "{0}")
  @EnumSource
  @Execution(ExecutionMode.CONCURRENT)
  void stops(Attack attack) throws Exception {
    try (Hostile server = new Hostile(home(), Daemon::new)) {
      Attempt last = attack.prepare(server);
      assertEquals(attack.stopped(), outcome(last), attack + " against the real keyd");
      if (isCode(attack.stopped())) {
        Json.Obj line = server.journal().getLast();
        assertEquals("refused", line.string("event"));
        assertEquals(
            attack.stopped(), line.object("data").string("code"), attack + " in the journal");
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  @Execution(ExecutionMode.CONCURRENT)
  void succeedsWithoutItsCheck(Attack attack) throws Exception {
    Set<Check> none = EnumSet.noneOf(Check.class);
    assertEquals(SUCCEEDED, outcome(attack, none), attack + " without " + attack.checks());
    if (attack.checks().size() > 1) {
      for (Check only : attack.checks()) {
        String how = outcome(attack, EnumSet.of(only));
        assertTrue(!how.equals(SUCCEEDED), attack + " is not stopped by " + only + " alone");
      }
    }
  }

  /** Else the attacks on it might fail for any reason. */
  @Test
  void aSuspendedReleaseIsResumedByAQuorumOfItsOwn() throws Exception {
    try (Hostile server = new Hostile(home(), Daemon::new)) {
      assertEquals(SUCCEEDED, outcome(ResumeAttacks.asItMay(server)));
    }
  }

  /** Every attack is named in a row of the threat model that links to this test, and none twice. */
  @Test
  void everyAttackIsARowOfTheThreatModel() throws Exception {
    String model = Files.readString(Path.of("../docs/threat-model.md"));
    for (Attack attack : Attack.values()) {
      List<String> rows =
          model
              .lines()
              .filter(line -> line.startsWith("| T") && line.contains("HostileServerTest.java)"))
              .filter(line -> List.of(line.split("\\W+")).contains(attack.name()))
              .toList();
      assertEquals(1, rows.size(), "rows of docs/threat-model.md for " + attack);
    }
  }

  private Path home() throws IOException {
    return Files.createDirectory(dir.resolve(Integer.toString(++homes)));
  }

  /** What becomes of the attack if, of the checks that stop it, only these are made. */
  private String outcome(Attack attack, Set<Check> kept) throws Exception {
    List<Cut> cuts = new ArrayList<>();
    for (Check check : attack.checks()) {
      if (!kept.contains(check)) {
        cuts.addAll(check.cuts());
      }
    }
    Mutant mutant = new Mutant(cuts);
    try (Hostile server = new Hostile(home(), mutant)) {
      String outcome = outcome(attack.prepare(server));
      if (kept.isEmpty()) {
        mutant.requireAllCut();
      }
      return outcome;
    }
  }

  private static String outcome(Attempt last) throws Exception {
    try {
      return last.make() ? SUCCEEDED : "in vain";
    } catch (Refusal refusal) {
      return refusal.code();
    } catch (IOException e) {
      return "keyd hangs up";
    } catch (BadInput e) {
      return "keyd does not start";
    }
  }

  private static boolean isCode(String how) {
    return EnumSet.allOf(Code.class).stream().anyMatch(code -> code.label().equals(how));
  }
}
