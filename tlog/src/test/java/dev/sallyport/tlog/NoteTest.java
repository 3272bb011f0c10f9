package dev.sallyport.tlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NoteTest {
  private static final String ORIGIN = "log.example/test";
  private static final Instant TIME = Instant.parse("2026-11-01T00:00:00Z");

  private KeyPair logPair;
  private KeyPair witnessPair;
  private LogKey log;
  private WitnessKey witness;

  @BeforeEach
  void makeKeys() throws Exception {
    logPair = Model.pair();
    witnessPair = Model.pair();
    log = LogKey.of(ORIGIN, Model.raw(logPair));
    witness = WitnessKey.of(ORIGIN, Model.raw(witnessPair));
  }

  private String logLine(String text) throws Exception {
    return log.signatureLine(Model.sign(logPair, log.message(text)));
  }

  private String witnessLine(Instant time, String text) throws Exception {
    return witness.signatureLine(time, Model.sign(witnessPair, witness.message(time, text)));
  }

  private static String text() {
    return new Checkpoint(ORIGIN, 5, Digest.of("root")).text();
  }

  private String cosigned() throws Exception {
    return text() + "\n" + logLine(text()) + witnessLine(TIME, text());
  }

  @Test
  void verifiesACosignedCheckpoint() throws Exception {
    CosignedCheckpoint checkpoint = UnverifiedCheckpoint.parse(cosigned()).verify(log, witness);
    assertEquals(5, checkpoint.size());
    assertEquals(Digest.of("root"), checkpoint.root());
    assertEquals(TIME, checkpoint.cosigned());
    assertEquals(cosigned(), checkpoint.note());
  }

  @Test
  void ignoresSignaturesOfUnknownKeys() throws Exception {
    KeyPair other = Model.pair();
    LogKey sameName = LogKey.of(ORIGIN, Model.raw(other));
    String line = sameName.signatureLine(Model.sign(other, sameName.message(text())));
    assertEquals(5, UnverifiedCheckpoint.parse(cosigned() + line).verify(log, witness).size());
    refused(text() + "\n" + line + witnessLine(TIME, text()));
  }

  @Test
  void refusesANoteWithOneOfTheTwoSignaturesOnly() throws Exception {
    refused(text() + "\n" + logLine(text()));
    refused(text() + "\n" + witnessLine(TIME, text()));
  }

  @Test
  void refusesASignatureThatIsThereTwice() throws Exception {
    refused(cosigned() + witnessLine(TIME.plusSeconds(1), text()));
    refused(cosigned() + logLine(text()));
  }

  @Test
  void refusesAnyFlippedBit() throws Exception {
    byte[] good = cosigned().getBytes(StandardCharsets.UTF_8);
    Random random = new Random(7);
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= (byte) (1 << random.nextInt(8));
      assertThrows(
          BadInput.class, () -> UnverifiedCheckpoint.parse(bad).verify(log, witness), "byte " + i);
    }
  }

  @Test
  void refusesACosignatureMovedInTime() throws Exception {
    byte[] signature = Model.sign(witnessPair, witness.message(TIME, text()));
    String moved = witness.signatureLine(TIME.plusSeconds(1), signature);
    refused(text() + "\n" + logLine(text()) + moved);
  }

  @Test
  void refusesACosignatureWithAnImpossibleTime() throws Exception {
    for (long seconds : new long[] {-1, Long.MIN_VALUE, 253_402_300_800L}) {
      Instant time = Instant.ofEpochSecond(Math.max(seconds, Instant.MIN.getEpochSecond()));
      refused(text() + "\n" + logLine(text()) + witnessLine(time, text()));
    }
  }

  @Test
  void refusesACosignatureMadeWithTheLogsFormat() throws Exception {
    // Domain separation: the witness's key over the bare text is no cosignature.
    byte[] bare = Model.sign(witnessPair, log.message(text()));
    refused(text() + "\n" + logLine(text()) + witness.signatureLine(TIME, bare));
  }

  @Test
  void refusesACheckpointOfAnotherOrigin() throws Exception {
    String text = new Checkpoint("log.example/other", 5, Digest.of("root")).text();
    refused(text + "\n" + logLine(text) + witnessLine(TIME, text));
  }

  @Test
  void refusesEveryOtherFormOfACheckpoint() throws Exception {
    String root = Base64.getEncoder().encodeToString(Digest.of("root").bytes());
    String[] texts = {
      ORIGIN + "\n05\n" + root + "\n",
      ORIGIN + "\n+5\n" + root + "\n",
      ORIGIN + "\n-5\n" + root + "\n",
      ORIGIN + "\n\n" + root + "\n",
      ORIGIN + "\n9999999999999999999\n" + root + "\n",
      ORIGIN + "\n5\n" + root.replace("=", "") + "\n",
      ORIGIN + "\n5\n" + root + "AAAA\n",
      ORIGIN + "\n5\n",
      ORIGIN + "\n5\n" + root + "\nextension\n",
      "\n" + ORIGIN + "\n5\n" + root + "\n",
    };
    for (String text : texts) {
      refused(text + "\n" + logLine(text) + witnessLine(TIME, text));
    }
  }

  @Test
  void refusesEveryOtherFormOfANote() throws Exception {
    String good = cosigned();
    String[] notes = {
      "",
      "\n\n",
      text(),
      text() + "\n",
      good.substring(0, good.length() - 1),
      good + "\n",
      good.replace("\n\n", "\n"),
      good.replace("\u2014", "-"),
      good.replace("\u2014 ", "\u2014"),
      good.replace("\n", "\r\n"),
      good + "\u2014  AAAAAAAA\n",
      good + "\u2014 a+b AAAAAAAA\n",
      good + "\u2014 a\u00a0b AAAAAAAA\n",
      good + "\u2014 name AAAA\n",
      good + "\u2014 name AAAAAAA\n",
      good + "\u2014 name AAAAAAB=\n".repeat(65),
      "x".repeat(UnverifiedNote.MAX_BYTES) + good,
    };
    for (String note : notes) {
      assertThrows(BadInput.class, () -> UnverifiedCheckpoint.parse(note).verify(log, witness));
    }
    assertThrows(BadInput.class, () -> UnverifiedNote.parse(new byte[] {(byte) 0xff, '\n', '\n'}));
  }

  @Test
  void readsTheVerifierKeyItWrites() throws Exception {
    assertEquals(log.vkey(), LogKey.parse(log.vkey()).vkey());
    assertEquals(witness.vkey(), WitnessKey.parse(witness.vkey()).vkey());
    assertThrows(BadInput.class, () -> LogKey.parse(witness.vkey()));
    assertThrows(BadInput.class, () -> WitnessKey.parse(log.vkey()));
    assertThrows(BadInput.class, () -> LogKey.parse("x" + log.vkey()));
    assertThrows(BadInput.class, () -> LogKey.parse(log.vkey() + "="));
    for (String bad : new String[] {"", "+", "a", "a+", "a+00000000", "a+00000000+"}) {
      assertThrows(BadInput.class, () -> LogKey.parse(bad));
    }
  }

  @Test
  void refusesKeyNamesThatNotesCannotCarry() {
    for (String name : new String[] {"", "a b", "a+b", "a\nb", "a\u2003b", "a\u0000"}) {
      assertThrows(BadInput.class, () -> LogKey.of(name, Model.raw(logPair)));
    }
    assertThrows(BadInput.class, () -> LogKey.of(ORIGIN, new byte[31]));
  }

  private void refused(String note) {
    assertThrows(BadInput.class, () -> UnverifiedCheckpoint.parse(note).verify(log, witness));
  }
}
