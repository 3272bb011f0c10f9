package dev.sallyport.custody;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Secret;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootKeyTest extends KeyProviderContract {
  @TempDir Path dir;
  private int made;
  private final Map<String, Path> files = new HashMap<>();

  @Override
  protected KeyProvider fresh() throws Exception {
    Path file = dir.resolve("root" + made++ + ".key");
    RootKey root = RootKey.create(file);
    files.put(root.keyId(), file);
    return root;
  }

  @Override
  protected KeyProvider reopen(KeyProvider provider) throws Exception {
    return RootKey.open(files.get(provider.keyId()));
  }

  @Test
  void destroyingOverwritesTheFileBeforeItIsRemoved() throws Exception {
    Path file = dir.resolve("root.key");
    Path link = dir.resolve("link");
    try (RootKey root = RootKey.create(file)) {
      Files.createLink(link, file);
      root.destroy();
    }
    assertFalse(Files.exists(file));
    assertArrayEquals(new byte[Math.toIntExact(Files.size(link))], Files.readAllBytes(link));
  }

  @Test
  void reopensFromItsFile() throws Exception {
    Path file = dir.resolve("root.key");
    String id;
    try (RootKey root = RootKey.create(file)) {
      id = root.keyId();
    }
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    try (RootKey root = RootKey.open(file)) {
      assertEquals(id, root.keyId());
    }
  }

  @Test
  void neverOverwritesAFile() throws Exception {
    Path file = dir.resolve("root.key");
    RootKey.create(file).close();
    assertThrows(FileAlreadyExistsException.class, () -> RootKey.create(file).close());
  }

  @Test
  void opensUnderItsPassphraseOnly() throws Exception {
    Path file = dir.resolve("root.key");
    String id;
    try (RootKey root = RootKey.create(file, "correct horse".toCharArray())) {
      id = root.keyId();
    }
    try (RootKey root = RootKey.open(file, "correct horse".toCharArray())) {
      assertEquals(id, root.keyId());
    }
    String wrong = message(file, "correct horsf");
    byte[] content = Files.readAllBytes(file);
    content[content.length - 1] ^= 1;
    Files.write(file, content);
    assertEquals(wrong, message(file, "correct horse"));
    assertEquals("root.key does not open: wrong passphrase, or the file was changed", wrong);
  }

  @Test
  void refusesAWeakenedIterationCount() throws Exception {
    Path file = dir.resolve("root.key");
    RootKey.create(file, "p".toCharArray()).close();
    byte[] content = Files.readAllBytes(file);
    int at = KeyFile.head("sallyport root key v1 under a passphrase").length;
    content[at + 1] = 0;
    content[at + 2] = 0;
    Files.write(file, content);
    assertTrue(message(file, "p").contains("does not open"));
  }

  @Test
  void saysWhenAPassphraseIsMissing() throws Exception {
    Path file = dir.resolve("root.key");
    RootKey.create(file, "p".toCharArray()).close();
    BadInput e = assertThrows(BadInput.class, () -> RootKey.open(file).close());
    assertEquals("root.key is protected by a passphrase; none was given", e.getMessage());
  }

  private static String message(Path file, String passphrase) {
    return assertThrows(BadInput.class, () -> RootKey.open(file, passphrase.toCharArray()).close())
        .getMessage();
  }

  @Test
  void isDestroyedWithoutItsPassphrase() throws Exception {
    Path file = dir.resolve("forgotten");
    RootKey.create(file, "p".toCharArray()).close();
    assertTrue(RootKey.underPassphrase(file));
    RootKey.destroy(file);
    assertFalse(Files.exists(file));
    assertFalse(RootKey.underPassphrase(file));
  }

  @Test
  void aRingUsesNoKeyThatCouldNotBeDestroyed() throws Exception {
    KeyProvider stuck = RootKey.of(Secret.random(), RootKeyTest::fails);
    try (KeyRing ring = KeyRing.of(stuck);
        Secret secret = Secret.random()) {
      byte[] wrapped = stuck.wrap(secret, new byte[0]);
      assertThrows(KeyUnavailable.class, () -> ring.destroy(stuck.keyId()));
      assertThrows(KeyUnavailable.class, () -> ring.wrap(secret, new byte[0]));
      assertThrows(BadInput.class, () -> ring.unwrap(wrapped, new byte[0]).close());
      assertFalse(ring.destroy(stuck.keyId()));
    }
  }

  private static void fails() throws KeyUnavailable {
    throw new KeyUnavailable(KeyUnavailable.Reason.DEVICE, "gone");
  }
}
