package dev.sallyport.custody;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Recipient;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.XWing;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import javax.crypto.KEM;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipientKeyTest {
  private static final byte[] AD = "lease 1".getBytes(UTF_8);

  @Test
  void unwrapsWhatWasWrappedToIt() throws Exception {
    try (RecipientKey key = RecipientKey.generate();
        Secret data = Secret.random()) {
      byte[] wrapped = key.recipient().wrap(data, AD);
      assertEquals(XWing.WRAPPED_LENGTH, wrapped.length);
      try (Secret back = key.unwrap(wrapped, AD)) {
        assertArrayEquals(data.use(byte[]::clone), back.use(byte[]::clone));
      }
    }
  }

  @Test
  void neverWrapsTwiceTheSame() {
    try (RecipientKey key = RecipientKey.generate();
        Secret data = Secret.random()) {
      assertNotEquals(
          Digest.of(key.recipient().wrap(data, AD)), Digest.of(key.recipient().wrap(data, AD)));
    }
  }

  @Test
  void everyCauseOfFailureLooksTheSame() {
    try (RecipientKey key = RecipientKey.generate();
        RecipientKey other = RecipientKey.generate();
        Secret data = Secret.random()) {
      byte[] wrapped = key.recipient().wrap(data, AD);
      String tag = message(key, wrapped, "lease 2".getBytes(UTF_8));
      assertEquals(tag, message(other, wrapped, AD));
      // One bit in the ML-KEM part, in the X25519 part, in the key, in the tag.
      for (int at : new int[] {0, 1087, 1088, 1119, 1120, 1151, 1152, 1167}) {
        byte[] altered = wrapped.clone();
        altered[at] ^= 1;
        assertEquals(tag, message(key, altered, AD), "byte " + at);
      }
      byte[] smallOrder = wrapped.clone();
      Arrays.fill(smallOrder, 1088, 1120, (byte) 0);
      assertEquals(tag, message(key, smallOrder, AD));
    }
  }

  @Test
  void refusesAWrongLength() {
    try (RecipientKey key = RecipientKey.generate()) {
      for (int length : new int[] {0, 1119, XWing.WRAPPED_LENGTH - 1, XWing.WRAPPED_LENGTH + 1}) {
        assertTrue(message(key, new byte[length], AD).contains(length + " bytes"));
      }
    }
  }

  @Test
  void agreesWithTheVectorsOfTheDraft() throws Exception {
    Path file = Path.of("..", "testdata", "custody", "x-wing.json");
    List<Json.Obj> vectors = Json.parseObject(Files.readAllBytes(file)).objects("vectors");
    assertEquals(3, vectors.size());
    for (Json.Obj vector : vectors) {
      try (RecipientKey key = RecipientKey.ofSeed(Secret.take(hex(vector.string("seed"))))) {
        assertEquals(vector.string("publicKeySha3"), sha3(key.recipient().bytes()));
        byte[] ciphertext =
            ciphertext(key.recipient().bytes(), hex(vector.string("encapsulationSeed")));
        assertEquals(vector.string("ciphertextSha3"), sha3(ciphertext));
        try (Secret shared = key.decapsulate(ciphertext)) {
          assertEquals(vector.string("shared"), shared.use(HexFormat.of()::formatHex));
        }
      }
    }
  }

  private static String sha3(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA3-256").digest(bytes));
  }

  /** Encapsulation without chance: ML-KEM takes the first 32 bytes, X25519 the last. */
  private static byte[] ciphertext(byte[] publicKey, byte[] seed) throws Exception {
    KEM.Encapsulated part =
        KEM.getInstance("ML-KEM")
            .newEncapsulator(
                XWing.mlKemPublic(Arrays.copyOf(publicKey, XWing.ML_KEM_PUBLIC)),
                null,
                new SeedSource(Arrays.copyOf(seed, 32)))
            .encapsulate();
    byte[] ephemeral = XWing.x25519Base(Arrays.copyOfRange(seed, 32, 64));
    return ByteBuffer.allocate(XWing.CIPHERTEXT_LENGTH)
        .put(part.encapsulation())
        .put(ephemeral)
        .array();
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  @Test
  void shakeIsThatOfTheJdkAsFarAsItGoes() throws Exception {
    byte[] message = new byte[32];
    for (int i : IntStream.range(0, 64).toArray()) {
      message[i % 32] += (byte) (i + 1);
      byte[] expected = java.security.MessageDigest.getInstance("SHAKE256-512").digest(message);
      assertArrayEquals(expected, Arrays.copyOf(Shake256.digest(message, 96), 64));
    }
  }

  @Test
  void fileFormSurvivesAndIsPrivate(@TempDir Path dir) throws Exception {
    Path file = dir.resolve("recipient.key");
    Recipient recipient;
    try (RecipientKey key = RecipientKey.create(file)) {
      recipient = key.recipient();
    }
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    try (RecipientKey key = RecipientKey.read(file)) {
      assertEquals(recipient, key.recipient());
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    BadInput open = assertThrows(BadInput.class, () -> RecipientKey.read(file).close());
    assertEquals(
        "recipient.key has permissions rw-r-----; a key file must be rw-------", open.getMessage());
  }

  @Test
  void refusesADamagedFile(@TempDir Path dir) throws Exception {
    Path file = dir.resolve("recipient.key");
    RecipientKey.create(file).close();
    byte[] content = Files.readAllBytes(file);
    for (int at = 0; at < content.length; at++) {
      byte[] altered = content.clone();
      altered[at] ^= 1;
      Files.write(file, altered);
      assertThrows(BadInput.class, () -> RecipientKey.read(file).close(), "byte " + at);
    }
  }

  private static String message(RecipientKey key, byte[] wrapped, byte[] ad) {
    return assertThrows(BadInput.class, () -> key.unwrap(wrapped, ad).close()).getMessage();
  }
}
