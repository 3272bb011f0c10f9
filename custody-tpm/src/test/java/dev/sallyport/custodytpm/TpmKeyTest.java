package dev.sallyport.custodytpm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.custody.KeyProvider;
import dev.sallyport.custody.KeyProviderContract;
import dev.sallyport.custody.KeyUnavailable;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract, and what is special to a TPM, on swtpm. */
class TpmKeyTest extends KeyProviderContract {
  private static final Pcrs PCRS = new Pcrs(new TreeSet<>(Arrays.asList(0, 16, 23)));

  private static SoftTpm tpm;

  private final Map<String, Path> files = new HashMap<>();

  @BeforeAll
  static void start() throws Exception {
    tpm = SoftTpm.start();
  }

  @AfterAll
  static void stop() throws Exception {
    if (tpm != null) {
      tpm.close();
    }
  }

  @Override
  protected KeyProvider fresh() throws Exception {
    Path file = tpm.file();
    KeyProvider made = TpmKey.create(tpm.socket(), file, PCRS);
    files.put(made.keyId(), file);
    return made;
  }

  @Override
  protected KeyProvider reopen(KeyProvider provider) throws Exception {
    return TpmKey.open(tpm.socket(), files.get(provider.keyId()));
  }

  @Test
  void refusesAMachineInAnotherState() throws Exception {
    try (SoftTpm own = SoftTpm.start()) {
      Path file = sealed(own);
      own.extend(23);
      assertEquals(
          "the machine's measured state (PCR 0,16,23) is not the one the key was sealed to",
          unavailable(KeyUnavailable.Reason.PLATFORM, own, file));
    }
  }

  @Test
  void isDestroyedInAnotherStateToo() throws Exception {
    try (SoftTpm own = SoftTpm.start()) {
      Path file = sealed(own);
      Path copy = Files.copy(file, file.resolveSibling("kept"), StandardCopyOption.COPY_ATTRIBUTES);
      own.extend(23);
      TpmKey.destroy(own.socket(), file);
      assertFalse(Files.exists(file));
      // Its share is gone: that is what another state would have refused only later.
      unavailable(KeyUnavailable.Reason.KEY, own, copy);
    }
  }

  @Test
  void aRegisterThatIsNotSelectedDoesNotMatter() throws Exception {
    try (SoftTpm own = SoftTpm.start()) {
      Path file = sealed(own);
      own.extend(7);
      TpmKey.open(own.socket(), file).close();
    }
  }

  @Test
  void refusesAnotherTpm() throws Exception {
    try (SoftTpm own = SoftTpm.start()) {
      unavailable(KeyUnavailable.Reason.DEVICE, tpm, sealed(own));
    }
  }

  /** Another TPM has no such share either; that does not make the key destroyed. */
  @Test
  void aKeyIsNotDestroyedOnAnotherTpm() throws Exception {
    try (SoftTpm own = SoftTpm.start();
        SoftTpm other = SoftTpm.start()) {
      Path file = own.file();
      Path aside = own.file();
      try (TpmKey key = TpmKey.create(own.socket(), file, PCRS)) {
        Files.move(own.socket(), aside);
        Files.move(other.socket(), own.socket());
        KeyUnavailable e = assertThrows(KeyUnavailable.class, key::destroy);
        assertEquals(KeyUnavailable.Reason.DEVICE, e.reason());
      }
      Files.delete(own.socket());
      Files.move(aside, own.socket());
      TpmKey.open(own.socket(), file).close();
    }
  }

  @Test
  void aKeptCopyOfTheFileIsWorthNothingAfterDestroy() throws Exception {
    Path file = tpm.file();
    Path copy = tpm.file();
    try (TpmKey key = TpmKey.create(tpm.socket(), file, PCRS)) {
      Files.copy(file, copy);
      key.destroy();
    }
    unavailable(KeyUnavailable.Reason.KEY, tpm, copy);
  }

  @Test
  void aDestructionThatWasCutShortCanBeFinished() throws Exception {
    Path file = tpm.file();
    Path copy = tpm.file();
    try (TpmKey key = TpmKey.create(tpm.socket(), file, PCRS);
        TpmKey again = TpmKey.open(tpm.socket(), file)) {
      Files.copy(file, copy);
      key.destroy();
      Files.copy(copy, file);
      again.destroy();
      assertFalse(Files.exists(file));
    }
  }

  @Test
  void neverReplacesAFile() throws Exception {
    Path file = sealed(tpm);
    byte[] before = Files.readAllBytes(file);
    assertThrows(
        FileAlreadyExistsException.class, () -> TpmKey.create(tpm.socket(), file, PCRS).close());
    assertArrayEquals(before, Files.readAllBytes(file));
  }

  @Test
  void refusesAFileThatOthersMayRead() throws Exception {
    Path file = sealed(tpm);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    BadInput e = assertThrows(BadInput.class, () -> TpmKey.open(tpm.socket(), file).close());
    assertTrue(String.valueOf(e.getMessage()).contains("rw-r-----"), e.getMessage());
  }

  @Test
  void registersAreReadAsPeopleWriteThem() throws Exception {
    assertEquals("0,7", Pcrs.parse("7,0").toString());
    for (String bad : List.of("", "24", "-1", "7,", "a", "1;2", "007", " 7")) {
      assertThrows(BadInput.class, () -> Pcrs.parse(bad), bad);
    }
  }

  @Test
  void everyAlteredByteAndEveryCutOfTheFileFailsAlike() throws Exception {
    Path file = sealed(tpm);
    byte[] whole = Files.readAllBytes(file);
    String message = file.getFileName() + " is damaged or no TPM root key file";
    for (int at = 0; at < whole.length; at++) {
      byte[] altered = whole.clone();
      altered[at] ^= 1;
      for (byte[] bad : new byte[][] {altered, Arrays.copyOf(whole, at)}) {
        Files.write(file, bad);
        BadInput e =
            assertThrows(BadInput.class, () -> TpmKey.open(tpm.socket(), file).close(), "" + at);
        assertEquals(message, e.getMessage());
      }
    }
  }

  @Test
  void aTpmThatIsGoneIsNotABadKey() throws Exception {
    try (SoftTpm own = SoftTpm.start()) {
      Path file = sealed(own);
      own.kill();
      unavailable(KeyUnavailable.Reason.DEVICE, own, file);
    }
  }

  @Test
  void aHundredOpeningsLeaveNothingInTheTpm() throws Exception {
    Path file = sealed(tpm);
    for (int i = 0; i < 100; i++) {
      TpmKey.open(tpm.socket(), file).close();
    }
  }

  @Test
  void aHundredRefusalsLeaveNothingInTheTpm() throws Exception {
    try (SoftTpm own = SoftTpm.start()) {
      Path file = sealed(own);
      own.extend(23);
      for (int i = 0; i < 100; i++) {
        unavailable(KeyUnavailable.Reason.PLATFORM, own, file);
      }
    }
  }

  private static Path sealed(SoftTpm at) throws Exception {
    Path file = at.file();
    TpmKey.create(at.socket(), file, PCRS).close();
    return file;
  }

  private static String unavailable(KeyUnavailable.Reason reason, SoftTpm at, Path file) {
    KeyUnavailable e =
        assertThrows(KeyUnavailable.class, () -> TpmKey.open(at.socket(), file).close());
    assertEquals(reason, e.reason(), e.getMessage());
    return e.getMessage();
  }
}
