package dev.sallyport.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.Criterion;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Score;
import dev.sallyport.risk.Thresholds;
import dev.sallyport.risk.Zone;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** z3 proves the shipped policy and thresholds monotone, and finds what is wrong with bad ones. */
class PolicyProofTest {
  private static final String POLICY =
      new String(Defaults.policyFile(), StandardCharsets.UTF_8).replaceAll("\\s+", " ");
  private static final String THRESHOLDS =
      new String(Defaults.thresholdsFile(), StandardCharsets.UTF_8).replaceAll("\\s+", " ");

  private static Json.Obj json(String text) throws Exception {
    return Json.parseObject(text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> counterexamples(String policy, String thresholds) throws Exception {
    try (PolicyModel model = new PolicyModel(json(policy), json(thresholds))) {
      return model.counterexamples();
    }
  }

  @Test
  void theShippedDocumentsAreProven() throws Exception {
    assertEquals(List.of(), counterexamples(POLICY, THRESHOLDS));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"RED\": {\"audience\": \"NONE\"|\"RED\": {\"audience\": \"INTERNAL\"|zone RED permits INTERNAL",
        "\"YELLOW\": { \"audience\": \"LIMITED\"|\"YELLOW\": { \"audience\": \"PUBLIC\"|YELLOW permits PUBLIC",
        "\"GREEN\": {\"audience\": \"PUBLIC\"|\"GREEN\": {\"audience\": \"INTERNAL\"|GREEN does not permit",
        "\"INDETERMINATE\": { \"audience\": \"LIMITED\"|\"INDETERMINATE\": { \"audience\": \"PUBLIC\"|INDETERMINATE to PUBLIC control alignment-training is dropped",
        "\"PUBLIC\": { \"quorum\": 3|\"PUBLIC\": { \"quorum\": 1|the quorum falls",
        "\"INTERNAL\": {\"quorum\": 1, \"controls\": [\"log-witnessed\", \"weights-sealed\"]}|\"INTERNAL\": {\"quorum\": 1, \"controls\": [\"log-witnessed\", \"weights-sealed\", \"drilled\"]}|control drilled is dropped",
        "\"INTERNAL\": [\"protection-level-3\"], \"TRUSTED_PARTNER\": [\"protection-level-3\"],||control protection-level-3 is dropped",
        "\"incident-plan\", \"external-red-team\"|\"external-red-team\"|control incident-plan is dropped",
        "\"PUBLIC\": { \"paths\": [\"/v1/chat/completions\", \"/v1/models\"]|\"PUBLIC\": { \"paths\": [\"/v1/chat/completions\", \"/v1/models\", \"/v1/weights\"]|/v1/weights of paths is gained",
        "\"bytesPerDay\": 4194304|\"bytesPerDay\": 419430400|bytesPerDay rises",
        "\"maxTokensPerRequest\": 4096|\"maxTokensPerRequest\": 65536|maxTokensPerRequest rises",
        "\"concurrentRequests\": 2 |\"concurrentRequests\": 200 |concurrentRequests rises",
        "\"tokensPerDay\": 200000,|\"tokensPerDay\": 999999999,|tokensPerDay rises",
        "\"requestsPerMinute\": 20,|\"requestsPerMinute\": 20000,|requestsPerMinute rises"
      })
  void aBadPolicyIsCaughtAndTheCaseIsSaid(String from, String to, String words) throws Exception {
    String bad = POLICY.replace(from, to == null ? "" : to);
    assertFalse(bad.equals(POLICY), from);
    List<String> found = counterexamples(bad, THRESHOLDS);
    assertTrue(found.stream().anyMatch(f -> f.contains(words)), found.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"yellow\": \"0.3\"|\"yellow\": \"0.7\"|yellow 0.7, red 0.6",
        "\"yellow\": \"0.4\"|\"yellow\": \"0.7\"|yellow 0.7, red 0.7",
        "\"direction\": \"higher-is-worse\"|\"direction\": \"lower-is-worse\"|is judged better than",
        "\"minimumSamples\": 50|\"minimumSamples\": 0|0 samples are enough for GREEN"
      })
  void badThresholdsAreCaughtAndTheCaseIsSaid(String from, String to, String words)
      throws Exception {
    String bad = THRESHOLDS.replaceFirst(java.util.regex.Pattern.quote(from), to);
    assertFalse(bad.equals(THRESHOLDS), from);
    List<String> found = counterexamples(POLICY, bad);
    assertTrue(found.stream().anyMatch(f -> f.contains(words)), found.toString());
  }

  /** What is proven is proven of the program only if both say the same. */
  @Test
  void modelAndProgramAgree() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("modelAndProgramAgree seed=" + seed);
    Random random = new Random(seed);
    Policy policy = Policy.read(Defaults.policy());
    Thresholds thresholds = Thresholds.read(Defaults.thresholds());
    List<Json.Obj> raw = Defaults.thresholds().objects("areas");
    try (PolicyModel model = new PolicyModel(Defaults.policy(), Defaults.thresholds())) {
      for (Zone zone : Zone.values()) {
        for (Audience audience : Audience.values()) {
          assertEquals(policy.permits(zone, audience), model.saysPermits(zone, audience));
          assertEquals(policy.controls(zone, audience), model.saysControls(zone, audience));
        }
      }
      for (int i = 0; i < 500; i++) {
        int at = random.nextInt(raw.size());
        Criterion criterion = thresholds.criteria().get(at);
        int a = random.nextInt(1001);
        int b = random.nextInt(1001);
        String low = Math.min(a, b) + "/1000";
        String high = Math.max(a, b) + "/1000";
        long samples = random.nextInt((int) criterion.minimumSamples() * 2);
        Zone program = program(criterion, low, high, samples);
        assertEquals(program, model.judge(raw.get(at), low, high, samples), "seed " + seed);
      }
    }
  }

  private static Zone program(Criterion criterion, String low, String high, long samples)
      throws Exception {
    House house = new House();
    house.documents(1, 0);
    Score lower = Score.parse(low);
    Evaluation e =
        new Evaluation(
            "m",
            House.MODEL,
            criterion.area(),
            criterion.metric(),
            lower,
            lower,
            Score.parse(high),
            samples,
            house.now,
            house.now.plus(House.DAY),
            new Evaluation.Source("json", "r.json", Digest.of("r")),
            "");
    house.assess(e);
    Instant until = house.now.plus(House.DAY);
    return house
        .governance
        .propose("m", Audience.INTERNAL, until)
        .report()
        .areas()
        .get(criterion.area());
  }
}
