package dev.sallyport.custodytpm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.custody.KeyUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Somebody on the bus alters, repeats or makes up what passes. What counts: keyd opens the right
 * key or none, says so in one line, never believes that a key is gone, and loses nothing.
 */
class HostileBusTest {
  private static final Pcrs PCRS = new Pcrs(new TreeSet<>(List.of(7, 16)));
  private static final int CREATE_PRIMARY = 0x131;
  private static final int CREATE = 0x153;
  private static final int LOAD = 0x157;
  private static final int START_SESSION = 0x176;
  private static final int DEFINE = 0x12A;
  private static final int WRITE = 0x137;
  private static final int READ = 0x14E;
  private static final int POLICY_DIGEST = 0x189;
  private static final int UNSEAL = 0x15E;
  private static final int UNDEFINE = 0x122;
  private static final int CAPABILITY = 0x17A;
  private static final int HEADER = 10;

  /** "Owner authorization does not read this index." */
  private static final int NV_AUTHORIZATION = 0x149;

  /** "No such handle", as the TPM says it of the second handle. */
  private static final byte[] NO_SUCH_INDEX = Bus.refusal(0x28B);

  private static final String ALTERED =
      "the TPM cannot be used: the TPM's answer was altered on its way";
  private static final String ALTERED_COMMAND =
      "the TPM cannot be used: it takes no command as sent: owner authorization is set, the share's"
          + " index was changed, or the bus alters commands";

  private static final String ANOTHER =
      "the TPM cannot be used: its storage key is not the root key file's; this is another TPM, or"
          + " it was cleared, or something on the bus poses as it";

  private SoftTpm tpm;
  private Bus bus;
  private Path file;
  private String id;

  @BeforeEach
  void start() throws Exception {
    tpm = SoftTpm.start();
    bus = new Bus(tpm.socket());
    file = tpm.file();
    try (TpmKey key = TpmKey.create(bus.socket(), file, PCRS)) {
      id = key.keyId();
    }
  }

  @AfterEach
  void stop() throws Exception {
    if (tpm != null) {
      bus.close();
      tpm.close();
    }
  }

  @Test
  void everyAlteredByteOfAShareIsSaidToBeOne() throws Exception {
    for (int command : new int[] {READ, UNSEAL}) {
      int length = answerTo(command).length;
      for (int at = HEADER; at < length; at++) {
        alterAnswer(command, at, 1);
        assertEquals(ALTERED, unavailable(), "byte " + at + " of " + length);
      }
    }
    opensStill();
  }

  /** Also of what carries no proof: it is refused later, or means nothing. */
  @Test
  void noAlteredByteOfAnyAnswerOrCommandOpensAnotherKey() throws Exception {
    int refused = 0;
    for (int command : new int[] {CREATE_PRIMARY, LOAD, START_SESSION, READ, UNSEAL}) {
      // Not the handle at an answer's begin: the true one would stay open in this TPM.
      for (int at = HEADER + 4; at < answerTo(command).length; at += 5) {
        alterAnswer(command, at, 0x40);
        refused += opensRightOrNot();
      }
      for (int at = HEADER; at < commandOf(command).length; at += 5) {
        alterCommand(command, at, 0x40);
        refused += opensRightOrNot();
      }
    }
    assertTrue(refused > 100, refused + " refused");
    opensStill();
  }

  /** The policy's digest comes without a proof: that it opens at once is the proof. */
  @Test
  void noAlteredByteLeavesAFileThatDoesNotOpen() throws Exception {
    int refused = 0;
    for (int command : new int[] {POLICY_DIGEST, CREATE, DEFINE, WRITE}) {
      for (int at = HEADER; at < 90; at += 4) {
        alterAnswer(command, at, 1);
        refused += makesAKeyThatOpensOrNoFile();
        alterCommand(command, at, 1);
        refused += makesAKeyThatOpensOrNoFile();
      }
    }
    assertTrue(refused > 50, refused + " refused");
    opensStill();
  }

  @Test
  void aRepeatedAnswerIsRefused() throws Exception {
    for (int command : new int[] {READ, UNSEAL}) {
      byte[] before = answerTo(command);
      bus.interpose((sent, device) -> Bus.code(sent) == command ? before : device.exchange(sent));
      assertEquals(ALTERED, unavailable());
    }
    opensStill();
  }

  /** Within one session, too: the same command twice, and the first answer to both. */
  @Test
  void anAnswerCountsOnce() throws Exception {
    List<byte[]> first = new ArrayList<>();
    bus.interpose((sent, device) -> {
      if (Bus.code(sent) == READ && !first.isEmpty()) {
        return first.getFirst();
      }
      byte[] answer = device.exchange(sent);
      if (Bus.code(sent) == READ) {
        first.add(answer);
      }
      return answer;
    });
    try (TpmKeyFile known = TpmKeyFile.read(file)) {
      IOException e =
          assertThrows(
              IOException.class,
              () ->
                  Shares.in(
                      bus.socket(),
                      known.storageKey(),
                      shares -> {
                        shares.read(known).close();
                        shares.read(known).close();
                        return true;
                      }));
      assertEquals("the TPM's answer was altered on its way", e.getMessage());
    }
    opensStill();
  }

  @Test
  void aDroppedEncryptionIsRefused() throws Exception {
    for (int command : new int[] {READ, UNSEAL}) {
      byte[] sent = commandOf(command);
      byte[] answer = answerTo(command);
      // attributes: after handles, length, session, nonce; before the HMAC at the end
      int inCommand = (command == READ ? HEADER + 8 : HEADER + 4) + 4 + 4 + 2 + 16;
      int inAnswer = answer.length - 2 - 32 - 1;
      assertEquals(Session.ENCRYPT | 1, sent[inCommand]);
      assertEquals(Session.ENCRYPT | 1, answer[inAnswer]);
      alterCommand(command, inCommand, Session.ENCRYPT);
      assertEquals(ALTERED_COMMAND, unavailable());
      alterAnswer(command, inAnswer, Session.ENCRYPT);
      assertEquals(ALTERED, unavailable());
    }
    opensStill();
  }

  @Test
  void nothingIsSaltedToAnotherStorageKey() throws Exception {
    try (SoftTpm other = SoftTpm.start();
        TpmDevice elsewhere = TpmDevice.open(other.socket(), TpmDevice.DEADLINE)) {
      bus.interpose(
          (sent, device) -> (Bus.code(sent) == CREATE_PRIMARY ? elsewhere : device).exchange(sent));
      bus.taken();
      assertEquals(ANOTHER, unavailable());
      assertTrue(bus.taken().stream().noneMatch(seen -> seen.code() == START_SESSION));
    }
    opensStill();
  }

  /** What stays open (ADR 31), as a test: he has the key, and must stay where he is. */
  @Test
  void whoPosesAsTheTpmWhenTheKeyIsMadeIsFoundWhenHeLeaves() throws Exception {
    try (SoftTpm posing = SoftTpm.start()) {
      bus.lead(posing.socket());
      Path other = tpm.file();
      TpmKey.create(bus.socket(), other, PCRS).close();
      TpmKey.open(bus.socket(), other).close();
      bus.lead(tpm.socket());
      KeyUnavailable e =
          assertThrows(KeyUnavailable.class, () -> TpmKey.open(bus.socket(), other).close());
      assertEquals(ANOTHER, e.getMessage());
    }
  }

  @Test
  void aFurtherKeyIsMadeByTheTpmOfTheFormerOnly() throws Exception {
    Path other = tpm.file();
    try (SoftTpm posing = SoftTpm.start()) {
      bus.lead(posing.socket());
      KeyUnavailable e =
          assertThrows(
              KeyUnavailable.class,
              () -> TpmKey.createAfter(file, bus.socket(), other, PCRS).close());
      assertEquals(ANOTHER, e.getMessage());
      assertFalse(Files.exists(other), "no file is left");
      bus.lead(tpm.socket());
    }
    TpmKey.createAfter(file, bus.socket(), other, PCRS).close();
    TpmKey.open(tpm.socket(), other).close();
    opensStill();
  }

  @Test
  void hearsayThatTheShareIsGoneIsNotBelieved() throws Exception {
    bus.interpose((sent, device) -> Bus.code(sent) == READ ? NO_SUCH_INDEX : device.exchange(sent));
    assertEquals("the TPM cannot be used: the TPM refuses: response code 0x28b", unavailable());
    bus.interpose((sent, device) ->
        switch (Bus.code(sent)) {
          case READ -> NO_SUCH_INDEX;
          case CAPABILITY -> nothingThere(device.exchange(sent));
          default -> device.exchange(sent);
        });
    assertEquals(ALTERED, unavailable());
    opensStill();
  }

  @Test
  void nobodyElseSaysThatAKeyWasDestroyed() throws Exception {
    for (byte[] lie :
        new byte[][] {
          NO_SUCH_INDEX, done(), TpmBuffer.empty().raw(done()).raw(answerTo(READ)).written()
        }) {
      bus.interpose((sent, device) -> Bus.code(sent) == UNDEFINE ? lie : device.exchange(sent));
      try (TpmKey key = TpmKey.open(bus.socket(), file)) {
        KeyUnavailable e = assertThrows(KeyUnavailable.class, key::destroy);
        assertEquals(KeyUnavailable.Reason.DEVICE, e.reason());
      }
      opensStill();
    }
  }

  /** With commands of his own: owner authorization is empty, but the file has what it takes. */
  @Test
  void ownCommandsReadNoShareWithoutTheFile() throws Exception {
    bus.taken();
    try (TpmKeyFile known = TpmKeyFile.read(file);
        Tpm own = Tpm.open(tpm.socket());
        StorageKey parent = StorageKey.make(own, known.storageKey());
        Tpm.Handle item = own.load(parent, known.blob()); // it passed the bus
        Session session = Session.start(own, Session.HMAC, parent);
        Session policy = Session.start(own, Session.POLICY, parent)) {
      Entity index = Entity.of(known.index(), Shares.area(known, 0x20000000), Optional.empty());
      for (Entity by : List.of(index, Entity.OWNER)) {
        TpmBuffer length = TpmBuffer.empty().u16(32).u16(0);
        TpmRefusal e =
            assertThrows(TpmRefusal.class, () -> session.run(READ, 0, length, by, index));
        assertTrue(e.is(TpmRefusal.BAD_AUTH) || e.is(NV_AUTHORIZATION), e.getMessage());
      }
      own.demandPcrs(policy.handle(), PCRS);
      Entity sealed = Entity.of(item.value(), known.blob().publicPart(), Optional.empty());
      TpmRefusal without =
          assertThrows(TpmRefusal.class, () -> policy.run(UNSEAL, 0, TpmBuffer.empty(), sealed));
      assertTrue(without.is(TpmRefusal.POLICY_FAIL), without.getMessage());
      own.demandAuth(policy.handle());
      TpmRefusal wrong =
          assertThrows(TpmRefusal.class, () -> policy.run(UNSEAL, 0, TpmBuffer.empty(), sealed));
      assertTrue(wrong.is(TpmRefusal.BAD_AUTH), wrong.getMessage());
    }
  }

  /** One if it was refused. */
  private int makesAKeyThatOpensOrNoFile() throws Exception {
    Path other = tpm.file();
    try {
      TpmKey.create(bus.socket(), other, PCRS).close();
      bus.interpose(Bus.PASSIVE);
      TpmKey.open(bus.socket(), other).close();
      return 0;
    } catch (KeyUnavailable e) {
      assertNotEquals(KeyUnavailable.Reason.KEY, e.reason(), e.getMessage());
      assertFalse(Files.exists(other), "no file is left");
      return 1;
    }
  }

  private static byte[] done() {
    return TpmBuffer.empty().u16(0x8002).u32(HEADER).u32(0).written();
  }

  /** An honest list of handles, cut to none. */
  private static byte[] nothingThere(byte[] answer) {
    byte[] none = answer.clone();
    int count = HEADER + 4 + 1 + 4 + 3; // header, length, more, capability, three zeros
    assertEquals(1, none[count]);
    none[count] = 0;
    return none;
  }

  private byte[] answerTo(int command) throws Exception {
    return seen(command).answer();
  }

  private byte[] commandOf(int command) throws Exception {
    return seen(command).command();
  }

  private Bus.Seen seen(int command) throws Exception {
    bus.interpose(Bus.PASSIVE);
    bus.taken();
    TpmKey.open(bus.socket(), file).close();
    return bus.taken().stream().filter(one -> one.code() == command).findFirst().orElseThrow();
  }

  private void alterAnswer(int command, int at, int bits) {
    bus.interpose((sent, device) -> {
      byte[] answer = device.exchange(sent);
      return Bus.code(sent) == command ? flipped(answer, at, bits) : answer;
    });
  }

  private void alterCommand(int command, int at, int bits) {
    bus.interpose((sent, device) ->
        device.exchange(Bus.code(sent) == command ? flipped(sent, at, bits) : sent));
  }

  private static byte[] flipped(byte[] bytes, int at, int bits) {
    byte[] flipped = bytes.clone();
    if (at < flipped.length) {
      flipped[at] ^= (byte) bits;
    }
    return flipped;
  }

  /** One if it was refused. */
  private int opensRightOrNot() throws Exception {
    try (TpmKey key = TpmKey.open(bus.socket(), file)) {
      assertEquals(id, key.keyId());
      return 0;
    } catch (KeyUnavailable e) {
      assertNotEquals(KeyUnavailable.Reason.KEY, e.reason(), e.getMessage());
      return 1;
    }
  }

  private String unavailable() {
    KeyUnavailable e =
        assertThrows(KeyUnavailable.class, () -> TpmKey.open(bus.socket(), file).close());
    assertEquals(KeyUnavailable.Reason.DEVICE, e.reason(), e.getMessage());
    return e.getMessage();
  }

  private void opensStill() throws Exception {
    bus.interpose(Bus.PASSIVE);
    try (TpmKey key = TpmKey.open(bus.socket(), file)) {
      assertEquals(id, key.keyId());
    }
  }
}
