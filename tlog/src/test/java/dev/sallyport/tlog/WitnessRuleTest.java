package dev.sallyport.tlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.sallyport.core.Digest;
import dev.sallyport.tlog.WitnessDecision.Conflict;
import dev.sallyport.tlog.WitnessDecision.Cosign;
import dev.sallyport.tlog.WitnessDecision.Reason;
import dev.sallyport.tlog.WitnessDecision.Refuse;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WitnessRuleTest {
  private static final String ORIGIN = "log.example/test";

  private final Model model = new Model(20);
  private KeyPair pair;
  private LogKey log;
  private WitnessRule rule;

  @BeforeEach
  void makeKeys() throws Exception {
    pair = Model.pair();
    log = LogKey.of(ORIGIN, Model.raw(pair));
    rule = new WitnessRule(log);
  }

  private String note(long size, Digest root) throws Exception {
    String text = new Checkpoint(ORIGIN, size, root).text();
    return text + "\n" + log.signatureLine(Model.sign(pair, log.message(text)));
  }

  private TreeHead head(int size) {
    return new TreeHead(size, model.root(size));
  }

  private WitnessDecision extend(TreeHead last, int from, int to) throws Exception {
    return rule.decide(last, from, model.proof(from, to), note(to, model.root(to)));
  }

  private static void refused(Reason reason, WitnessDecision decision) {
    assertEquals(reason, assertInstanceOf(Refuse.class, decision).reason());
  }

  @Test
  void cosignsTheFirstCheckpointAndEveryExtension() throws Exception {
    for (int from = 0; from <= 20; from++) {
      for (int to = from; to <= 20; to++) {
        Cosign cosign = assertInstanceOf(Cosign.class, extend(head(from), from, to));
        assertEquals(head(to), cosign.next());
      }
    }
  }

  @Test
  void makesACosignatureThatVerifies() throws Exception {
    KeyPair witnessPair = Model.pair();
    WitnessKey witness = WitnessKey.of(ORIGIN, Model.raw(witnessPair));
    Cosign cosign = assertInstanceOf(Cosign.class, extend(TreeHead.EMPTY, 0, 9));
    Instant time = Instant.parse("2026-11-01T00:00:00.9Z");
    byte[] signature = Model.sign(witnessPair, cosign.message(witness, time));
    String note = note(9, model.root(9)) + witness.signatureLine(time, signature);
    CosignedCheckpoint checkpoint = UnverifiedCheckpoint.parse(note).verify(log, witness);
    assertEquals(Instant.parse("2026-11-01T00:00:00Z"), checkpoint.cosigned());
  }

  @Test
  void answersConflictWithItsOwnSizeWhenTheOldSizeIsAnother() throws Exception {
    assertEquals(new Conflict(7), extend(head(7), 5, 9));
    assertEquals(new Conflict(7), extend(head(7), 0, 9));
    assertEquals(new Conflict(7), extend(head(7), 8, 9));
  }

  @Test
  void neverGoesBack() throws Exception {
    assertEquals(new Conflict(7), extend(head(7), 5, 6));
    refused(Reason.MALFORMED, rule.decide(head(7), 7, List.of(), note(6, model.root(6))));
  }

  @Test
  void neverCosignsASecondTreeOfTheSameSize() throws Exception {
    assertEquals(new Conflict(7), rule.decide(head(7), 7, List.of(), note(7, Digest.of("fork"))));
  }

  @Test
  void refusesAForkThatIsLonger() throws Exception {
    List<Digest> proof = model.proof(7, 9);
    refused(Reason.PROOF, rule.decide(head(7), 7, proof, note(9, Digest.of("fork"))));
    refused(Reason.PROOF, rule.decide(head(7), 7, List.of(), note(9, model.root(9))));
    TreeHead other = new TreeHead(7, Digest.of("other"));
    refused(Reason.PROOF, rule.decide(other, 7, proof, note(9, model.root(9))));
  }

  @Test
  void refusesAProofThatIsTooLongOrNotNeeded() throws Exception {
    List<Digest> one = List.of(Digest.of("x"));
    refused(Reason.PROOF, rule.decide(TreeHead.EMPTY, 0, one, note(9, model.root(9))));
    refused(Reason.PROOF, rule.decide(head(9), 9, one, note(9, model.root(9))));
    List<Digest> many = Collections.nCopies(64, Digest.of("x"));
    refused(Reason.MALFORMED, rule.decide(head(7), 7, many, note(9, model.root(9))));
  }

  @Test
  void refusesWhatTheLogDidNotSign() throws Exception {
    String good = note(9, model.root(9));
    List<Digest> proof = model.proof(7, 9);
    refused(Reason.SIGNATURE, rule.decide(head(7), 7, proof, good.replace("\n9\n", "\n8\n")));
    refused(Reason.SIGNATURE, rule.decide(head(7), 7, proof, "garbage"));
    WitnessRule other = new WitnessRule(LogKey.of(ORIGIN, Model.raw(Model.pair())));
    refused(Reason.SIGNATURE, other.decide(head(7), 7, proof, good));
  }

  @Test
  void refusesARootForTheEmptyTreeThatIsNotItsRoot() throws Exception {
    WitnessDecision decision = rule.decide(TreeHead.EMPTY, 0, List.of(), note(0, Digest.of("x")));
    assertEquals(new Conflict(0), decision);
  }
}
