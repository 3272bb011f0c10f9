package dev.sallyport.keys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;

class SecretTest {
  @Test
  void wipesTheArrayItTakes() {
    byte[] bytes = HexFormat.of().parseHex("00112233445566778899aabbccddeeff");
    byte[] before = bytes.clone();
    try (Secret secret = Secret.take(bytes)) {
      assertArrayEquals(new byte[16], bytes);
      assertArrayEquals(before, secret.use(byte[]::clone));
    }
  }

  @Test
  void wipesWhatItLent() {
    try (Secret secret = Secret.random()) {
      List<byte[]> kept = new ArrayList<>();
      List<SecretKey> keptKeys = new ArrayList<>();
      secret.use(kept::add);
      secret.withKey("AES", keptKeys::add);
      assertArrayEquals(new byte[32], kept.getFirst());
      assertTrue(keptKeys.getFirst().isDestroyed());
      assertThrows(IllegalStateException.class, () -> keptKeys.getFirst().getEncoded());
    }
  }

  @Test
  void throwsAfterClose() {
    Secret secret = Secret.random();
    secret.close();
    secret.close();
    assertThrows(IllegalStateException.class, () -> secret.use(byte[]::clone));
  }

  @Test
  void printsNoKeyByte() {
    try (Secret secret = Secret.random()) {
      String hex = secret.use(b -> HexFormat.of().formatHex(b));
      String printed = secret.toString();
      assertTrue(printed.matches("Secret\\[id=[0-9a-f]{8}]"), printed);
      assertFalse(hex.contains(printed.substring(10, 18)));
    }
  }

  @Test
  void locksItsPageWhereTheLimitAllows() {
    // 64 KiB is the smallest default limit of any supported system; one secret needs 4 KiB.
    try (Secret secret = Secret.random()) {
      assertNotEquals(Secret.Protection.NONE, secret.protection());
    }
  }

  @Test
  void notEvenTheOwnProcessReadsItsPageThroughTheKernel() throws Exception {
    try (Secret secret = Secret.random();
        RandomAccessFile memory = new RandomAccessFile("/proc/self/mem", "r")) {
      assumeTrue(
          secret.protection() == Secret.Protection.SECRET, "skipped: kernel without memfd_secret");
      List<Long> pages = secretPages();
      assertFalse(pages.isEmpty());
      for (long page : pages) {
        memory.seek(page);
        assertThrows(IOException.class, () -> memory.read(new byte[32]));
      }
    }
  }

  @Test
  void closingUnmapsThePage() throws Exception {
    Secret first = Secret.random();
    assumeTrue(
        first.protection() == Secret.Protection.SECRET, "skipped: kernel without memfd_secret");
    int before = secretPages().size();
    first.close();
    assertEquals(before - 1, secretPages().size());
  }

  private static List<Long> secretPages() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .filter(line -> line.contains("secretmem"))
        .map(line -> Long.parseUnsignedLong(line.substring(0, line.indexOf('-')), 16))
        .toList();
  }

  @Test
  void lentKeyIsNotSerialised() {
    try (LentKey key = new LentKey("AES", new byte[32])) {
      assertThrows(
          java.io.NotSerializableException.class,
          () -> new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(key));
    }
  }

  @Test
  void expandsAsHkdfDoes() throws Exception {
    byte[] prk = new byte[48];
    prk[0] = 7;
    byte[] info = "info".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    byte[] expected =
        javax
            .crypto
            .KDF
            .getInstance("HKDF-SHA384")
            .deriveData(
                javax.crypto.spec.HKDFParameterSpec.expandOnly(
                    new javax.crypto.spec.SecretKeySpec(prk, "Generic"), info, 40));
    try (Secret secret = Secret.take(prk);
        Secret out = secret.expand(info, 40)) {
      assertArrayEquals(expected, out.use(byte[]::clone));
      assertEquals(40, out.length());
    }
  }
}
