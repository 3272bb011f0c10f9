package dev.sallyport.custodytpm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.keys.Secret;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Somebody reads along on the bus. */
class TapTest {
  private static final Pcrs PCRS = new Pcrs(new TreeSet<>(List.of(7, 16)));

  private SoftTpm tpm;
  private Bus bus;

  @BeforeEach
  void start() throws Exception {
    tpm = SoftTpm.start();
    bus = new Bus(tpm.socket());
  }

  @AfterEach
  void stop() throws Exception {
    if (tpm != null) {
      bus.close();
      tpm.close();
    }
  }

  @Test
  void readsNothingOfARootKeyInItsWholeLife() throws Exception {
    Map<String, byte[]> secrets = new HashMap<>();
    Path first = tpm.file();
    Path second = tpm.file();
    TpmKey.create(bus.socket(), first, PCRS).close();
    List<Bus.Seen> traffic = new ArrayList<>(bus.taken());
    assertTrue(traffic.size() > 15, "the tap is on the way: " + traffic.size());
    secrets.putAll(known("first", first));
    try (TpmKey old = TpmKey.open(bus.socket(), first)) {
      TpmKey.create(bus.socket(), second, PCRS).close(); // as a rotation does
      secrets.putAll(known("second", second));
      TpmKey.open(bus.socket(), second).close();
      old.destroy();
    }
    traffic.addAll(bus.taken());
    secrets.forEach(
        (what, secret) -> assertFalse(Bus.shows(traffic, secret), what + " passed the bus"));
  }

  /** The control: the same commands in the same sessions, and only the encryption left out. */
  @Test
  void readsEveryShareThatIsNotEncrypted() throws Exception {
    Path path = tpm.file();
    TpmKey.create(tpm.socket(), path, PCRS).close();
    Map<String, byte[]> secrets = known("", path);
    for (int read : new int[] {0, Session.ENCRYPT}) {
      for (int write : new int[] {0, Session.DECRYPT}) {
        readAndWrite(path, read, write, secrets.get(" share"));
        assertTrue(
            Bus.shows(bus.taken(), secrets.get(" share")) == (read == 0 || write == 0),
            "encryption of answer " + read + ", command " + write);
      }
      unseal(path, read, secrets.get(" sealed"));
      assertTrue(
          Bus.shows(bus.taken(), secrets.get(" sealed")) == (read == 0), "encryption " + read);
    }
    assertFalse(known("", path).isEmpty());
  }

  private void readAndWrite(Path path, int read, int write, byte[] share) throws Exception {
    try (TpmKeyFile file = TpmKeyFile.read(path);
        Tpm through = Tpm.open(bus.socket());
        StorageKey parent = StorageKey.make(through, file.storageKey());
        Session session = Session.start(through, Session.HMAC, parent)) {
      Entity index = Shares.index(file);
      TpmBuffer length = TpmBuffer.empty().u16(Secret.KEY_LENGTH).u16(0);
      byte[] got = session.run(0x14E, read, length, index, index).sized();
      assertArrayEquals(share, got);
      session.run(0x137, write, TpmBuffer.empty().sized(got).u16(0), index, index);
    }
  }

  private void unseal(Path path, int encryption, byte[] sealed) throws Exception {
    try (TpmKeyFile file = TpmKeyFile.read(path);
        Tpm through = Tpm.open(bus.socket());
        StorageKey parent = StorageKey.make(through, file.storageKey());
        Tpm.Handle item = through.load(parent, file.blob());
        Session policy = Session.start(through, Session.POLICY, parent)) {
      through.demandPcrs(policy.handle(), file.pcrs());
      through.demandAuth(policy.handle());
      Entity entity = Entity.of(item.value(), file.blob().publicPart(), file.auth());
      assertArrayEquals(sealed, policy.run(0x15E, encryption, TpmBuffer.empty(), entity).sized());
    }
  }

  /** Both shares, their root key and their authorization value, read where nobody taps. */
  private Map<String, byte[]> known(String whose, Path path) throws Exception {
    try (TpmKeyFile file = TpmKeyFile.read(path)) {
      byte[][] shares =
          Shares.in(
              tpm.socket(),
              file.storageKey(),
              own -> {
                try (Secret share = own.read(file);
                    Secret sealed = own.unseal(file)) {
                  return new byte[][] {share.use(byte[]::clone), sealed.use(byte[]::clone)};
                }
              });
      byte[] root = Arrays.copyOf(shares[0], Secret.KEY_LENGTH);
      for (int i = 0; i < root.length; i++) {
        root[i] ^= shares[1][i];
      }
      return Map.of(
          whose + " share",
          shares[0],
          whose + " sealed",
          shares[1],
          whose + " root",
          root,
          whose + " authorization",
          file.auth().orElseThrow().use(byte[]::clone));
    }
  }
}
