package dev.sallyport.vault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.envelope.FloeParams;
import dev.sallyport.keys.Secret;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedModelTest {
  private static final int PLAIN = FloeParams.SEALED.plainLength();

  @TempDir Path dir;
  private House house;
  private Path target;

  @BeforeEach
  void open() throws Exception {
    house = new House(dir);
    target = Files.createDirectory(dir.resolve("target"));
  }

  @AfterEach
  void close() {
    house.close();
  }

  @Test
  void extractsWhatWasSealed() throws Exception {
    // Sizes around every boundary: empty, one byte, one chunk less and more one byte, several.
    int[] sizes = {0, 1, PLAIN - 1, PLAIN, PLAIN + 1, 3 * PLAIN, 5 * PLAIN + 17};
    for (int size : sizes) {
      house.file("sub/dir/f" + size, size);
    }
    SealedModel sealed = house.seal();
    long[] reported = new long[2];
    sealed.extractTo(
        target,
        house.keys,
        (done, total) -> {
          reported[0] = done;
          reported[1] = total;
        });
    for (int size : sizes) {
      String name = "sub/dir/f" + size;
      assertEquals(-1, Files.mismatch(house.source.resolve(name), target.resolve(name)), name);
    }
    assertEquals(sealed.bytes(), reported[0]);
    assertEquals(sealed.bytes(), reported[1]);
  }

  @Test
  void readsAtRandom() throws Exception {
    byte[] plain = Files.readAllBytes(house.file("m.gguf", 3 * PLAIN + 5));
    SealedModel sealed = house.seal();
    try (ModelReader reader = sealed.reader(sealed.files().getFirst(), house.keys)) {
      for (int at : new int[] {0, PLAIN - 3, 2 * PLAIN, plain.length - 4, plain.length}) {
        byte[] got = new byte[10];
        int read = reader.read(at, got, 0, got.length);
        assertArrayEquals(
            Arrays.copyOfRange(plain, at, Math.min(plain.length, at + 10)),
            Arrays.copyOf(got, read));
      }
    }
  }

  @Test
  void holdsNoPlaintextAndNoPlaintextName() throws Exception {
    house.file("secret-name.bin", 300);
    byte[] plain = Files.readAllBytes(house.source.resolve("secret-name.bin"));
    SealedModel sealed = house.seal();
    try (Stream<Path> files = Files.walk(house.vault.directory())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        for (int i = 0; i + 16 <= bytes.length; i++) {
          assertTrue(!Arrays.equals(bytes, i, i + 16, plain, 0, 16), "plaintext in " + file);
        }
        assertTrue(!file.toString().contains("secret"));
      }
    }
    assertEquals("secret-name.bin", sealed.files().getFirst().name());
  }

  @Test
  void namesTheChunkWithAFlippedBit() throws Exception {
    house.file("a.json", 20);
    house.file("model.gguf", 6 * PLAIN);
    SealedModel sealed = house.seal();
    flip(sealed, "000002.floe", FloeParams.HEADER_LENGTH + 3L * (1 << 20) + 500);
    assertEquals("file 2 \"model.gguf\", chunk 4 of 6: tag mismatch", extractionError(sealed));
    assertEquals(0, target.toFile().list().length, "nothing stays behind");
  }

  @Test
  void namesTheFirstOfSeveralBadChunksAndNothingStays() throws Exception {
    house.file("model.gguf", 12 * PLAIN);
    SealedModel sealed = house.seal();
    for (long chunk = 2; chunk < 11; chunk++) {
      flip(sealed, "000001.floe", FloeParams.HEADER_LENGTH + chunk * (1 << 20) + 500);
    }
    for (int run = 0; run < 20; run++) {
      assertEquals("file 1 \"model.gguf\", chunk 3 of 12: tag mismatch", extractionError(sealed));
      assertEquals(0, target.toFile().list().length);
    }
  }

  @Test
  void everyPartOfACiphertextIsCovered() throws Exception {
    house.file("m", 2 * PLAIN - 100);
    SealedModel sealed = house.seal();
    long second = FloeParams.HEADER_LENGTH + (1 << 20);
    assertFlipSays(sealed, 3, "header: not FLOE");
    assertFlipSays(sealed, 20, "header: tag mismatch");
    assertFlipSays(sealed, 50, "header: tag mismatch");
    assertFlipSays(sealed, FloeParams.HEADER_LENGTH + 1, "chunk 1 of 2: length field");
    assertFlipSays(sealed, FloeParams.HEADER_LENGTH + 5, "chunk 1 of 2: tag mismatch");
    assertFlipSays(sealed, second - 1, "chunk 1 of 2: tag mismatch");
    assertFlipSays(sealed, second, "chunk 2 of 2: length field");
    assertFlipSays(sealed, second + 4, "chunk 2 of 2: tag mismatch");
    sealed.extractTo(target, house.keys, (_, _) -> {});
  }

  @Test
  void refusesAnotherDataKey() throws Exception {
    house.file("m", 100);
    SealedModel sealed = house.seal();
    try (ModelKeys other = ModelKeys.of(Secret.random())) {
      BadInput e =
          assertThrows(BadInput.class, () -> sealed.extractTo(target, other, (_, _) -> {}));
      assertEquals("file 1 \"m\", header: tag mismatch", e.getMessage());
    }
  }

  @Test
  void refusesATruncatedFile() throws Exception {
    house.file("m", 2 * PLAIN);
    SealedModel sealed = house.seal();
    try (RandomAccessFile file = new RandomAccessFile(path(sealed, "000001.floe"), "rw")) {
      file.setLength(FloeParams.HEADER_LENGTH + (1 << 20));
    }
    assertEquals("file 1 \"m\": ciphertext of 1048650 bytes; 2097226 expected", openError(sealed));
    assertTrue(extractionError(sealed).contains("chunk 1 of 1: length field"));
  }

  @Test
  void refusesSwappedFilesAndChunks() throws Exception {
    house.file("a", 2 * PLAIN);
    house.file("b", 2 * PLAIN);
    SealedModel sealed = house.seal();
    Path home = house.vault.path(House.MODEL, 1);
    Path spare = dir.resolve("spare");
    Files.move(home.resolve("000001.floe"), spare);
    Files.move(home.resolve("000002.floe"), home.resolve("000001.floe"));
    Files.move(spare, home.resolve("000002.floe"));
    assertEquals("file 1 \"a\", header: tag mismatch", extractionError(sealed));
  }

  @Test
  void refusesExtraMissingAndLinkedFiles() throws Exception {
    house.file("a", 10);
    SealedModel sealed = house.seal();
    Path home = house.vault.path(House.MODEL, 1);
    Path extra = Files.writeString(home.resolve("extra"), "x");
    assertEquals("\"extra\" is not part of the sealed model", openError(sealed));
    Files.delete(extra);
    Path moved = Files.move(home.resolve("000001.floe"), dir.resolve("moved"));
    assertEquals("file 1 \"a\": ciphertext is missing", openError(sealed));
    Files.createSymbolicLink(home.resolve("000001.floe"), moved);
    assertEquals("file 1 \"a\": ciphertext is not a plain file", openError(sealed));
    assertThrows(IOException.class, () -> sealed.extractTo(target, house.keys, (_, _) -> {}));
  }

  @Test
  void refusesAModelUnderAnotherVersionOrName() throws Exception {
    house.file("a", 10);
    house.seal();
    Path home = house.vault.path(House.MODEL, 1);
    Path second = house.vault.path(House.MODEL, 2);
    Files.move(home, second, StandardCopyOption.ATOMIC_MOVE);
    BadInput e = assertThrows(BadInput.class, () -> SealedModel.open(second, house.root));
    assertEquals("header is that of tiny version 1: moved here", e.getMessage());
  }

  @Test
  void refusesAHeaderWhoseVersionWasRaised() throws Exception {
    house.file("a", 10);
    house.seal();
    Path second = house.vault.path(House.MODEL, 2);
    Files.move(house.vault.path(House.MODEL, 1), second, StandardCopyOption.ATOMIC_MOVE);
    Path header = second.resolve("model.json");
    Files.writeString(header, Files.readString(header).replace("\"version\":1", "\"version\":2"));
    SealedModel raised = SealedModel.open(second, house.root);
    assertEquals("file 1 \"a\", header: tag mismatch", extractionError(raised));
  }

  @Test
  void refusesAManifestOfSomebodyElse() throws Exception {
    house.file("a", 10);
    house.seal();
    try (House other = new House(Files.createDirectory(dir.resolve("other")))) {
      BadInput e =
          assertThrows(
              BadInput.class, () -> SealedModel.open(house.vault.path(House.MODEL, 1), other.root));
      assertTrue(e.getMessage().matches("model.json: key .* is nobody's in the trust root"));
    }
  }

  @Test
  void manifestIsThatOfTheContentsNotOfTheVersion() throws Exception {
    house.file("a", 10);
    SealedModel first = house.seal();
    SealedModel second = house.seal();
    assertEquals(2, second.version());
    assertEquals(first.manifest(), second.manifest());
    house.file("a", 11);
    assertTrue(!house.seal().manifest().equals(first.manifest()));
    assertEquals(
        first.headerDigest(),
        Digest.of(Files.readAllBytes(house.vault.path(House.MODEL, 1).resolve("model.json"))));
  }

  private void assertFlipSays(SealedModel sealed, long at, String expected) throws Exception {
    flip(sealed, "000001.floe", at);
    String message = extractionError(sealed);
    assertTrue(message.startsWith("file 1 \"m\", " + expected), at + ": " + message);
    flip(sealed, "000001.floe", at);
  }

  private void flip(SealedModel sealed, String name, long at) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path(sealed, name), "rw")) {
      file.seek(at);
      int old = file.read();
      file.seek(at);
      file.write(old ^ 0x10);
    }
  }

  private String path(SealedModel sealed, String name) {
    return house.vault.path(sealed.model(), sealed.version()).resolve(name).toString();
  }

  private String extractionError(SealedModel sealed) {
    return assertThrows(BadInput.class, () -> sealed.extractTo(target, house.keys, (_, _) -> {}))
        .getMessage();
  }

  private String openError(SealedModel sealed) {
    return assertThrows(
            BadInput.class,
            () -> SealedModel.open(house.vault.path(sealed.model(), sealed.version()), house.root))
        .getMessage();
  }
}
