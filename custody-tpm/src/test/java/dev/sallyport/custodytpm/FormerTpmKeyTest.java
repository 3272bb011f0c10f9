package dev.sallyport.custodytpm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.custody.KeyUnavailable;
import dev.sallyport.keys.Secret;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files of version 1 keep opening, in encrypted sessions, and can be destroyed. */
class FormerTpmKeyTest {
  private static final Pcrs PCRS = new Pcrs(new TreeSet<>(List.of(7, 16)));

  private SoftTpm tpm;
  private Path file;

  @BeforeEach
  void start() throws Exception {
    tpm = SoftTpm.start();
    file = tpm.file();
    FormerTpmKey.create(tpm.socket(), file, PCRS);
  }

  @AfterEach
  void stop() throws Exception {
    if (tpm != null) {
      tpm.close();
    }
  }

  @Test
  void opensAndIsNotWrittenAnew() throws Exception {
    byte[] before = Files.readAllBytes(file);
    try (TpmKey key = TpmKey.open(tpm.socket(), file);
        TpmKey again = TpmKey.open(tpm.socket(), file);
        Secret data = Secret.random();
        Secret back = again.unwrap(key.wrap(data, new byte[0]), new byte[0])) {
      assertArrayEquals(data.use(byte[]::clone), back.use(byte[]::clone));
    }
    assertArrayEquals(before, Files.readAllBytes(file));
  }

  @Test
  void aTapReadsNeitherShare() throws Exception {
    try (Bus bus = new Bus(tpm.socket());
        TpmKeyFile known = TpmKeyFile.read(file)) {
      TpmKey.open(bus.socket(), file).close();
      List<Bus.Seen> traffic = bus.taken();
      Shares.in(
          tpm.socket(),
          known.storageKey(),
          own -> {
            try (Secret share = own.read(known);
                Secret sealed = own.unseal(known)) {
              assertFalse(Bus.shows(traffic, share.use(byte[]::clone)));
              assertFalse(Bus.shows(traffic, sealed.use(byte[]::clone)));
            }
            return true;
          });
      assertTrue(Bus.shows(traffic, known.blob().privatePart()), "the tap is on the way");
    }
  }

  @Test
  void isDestroyedForGood() throws Exception {
    byte[] copy = Files.readAllBytes(file);
    try (TpmKey key = TpmKey.open(tpm.socket(), file)) {
      key.destroy();
    }
    Path kept = tpm.file();
    Files.copy(new ByteArrayInputStream(copy), kept);
    Files.setPosixFilePermissions(kept, PosixFilePermissions.fromString("rw-------"));
    assertEquals(KeyUnavailable.Reason.KEY, unavailable(tpm, kept).reason());
  }

  @Test
  void anotherTpmDoesNotMakeItGone() throws Exception {
    try (SoftTpm other = SoftTpm.start()) {
      KeyUnavailable e = unavailable(other, file);
      assertEquals(KeyUnavailable.Reason.DEVICE, e.reason());
      assertEquals(
          "this TPM did not seal the root key's file: it is another one, or was cleared",
          e.getMessage());
    }
  }

  @Test
  void everyAlteredByteAndEveryCutFailsAlike() throws Exception {
    byte[] whole = Files.readAllBytes(file);
    String message = file.getFileName() + " is damaged or no TPM root key file";
    for (int at = 0; at < whole.length; at++) {
      byte[] altered = whole.clone();
      altered[at] ^= 3; // turns a 1 into a 2, too
      for (byte[] bad : new byte[][] {altered, Arrays.copyOf(whole, at)}) {
        Files.write(file, bad);
        BadInput e =
            assertThrows(BadInput.class, () -> TpmKey.open(tpm.socket(), file).close(), "" + at);
        assertEquals(message, e.getMessage());
      }
    }
  }

  private static KeyUnavailable unavailable(SoftTpm at, Path file) {
    return assertThrows(KeyUnavailable.class, () -> TpmKey.open(at.socket(), file).close());
  }
}
