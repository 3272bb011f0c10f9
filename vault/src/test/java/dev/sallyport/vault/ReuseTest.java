package dev.sallyport.vault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.custody.CarryKey;
import dev.sallyport.custody.DataKeys;
import dev.sallyport.envelope.FloeParams;
import dev.sallyport.keys.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** New versions whose files are partly those of the version before. */
class ReuseTest {
  private static final byte[] ONE = bytes(1);
  private static final byte[] TWO = bytes(2);
  private static final byte[] THREE = bytes(3);
  private static final byte[] CARRY_TWO = bytes(12);
  private static final byte[] CARRY_THREE = bytes(13);

  @TempDir Path dir;
  private House house;
  private Path target;

  @BeforeEach
  void open() throws Exception {
    house = new House(dir);
    target = Files.createDirectory(dir.resolve("target"));
    house.file("a.json", 100);
    house.file("w/1.safetensors", 2_500_000);
    house.file("w/2.safetensors", 1_500_000);
  }

  @AfterEach
  void close() {
    house.close();
  }

  @Test
  void usesTheCiphertextsOfUnchangedFilesAgain() throws Exception {
    SealedModel first = seal(ONE, new byte[0]);
    house.file("a.json", 101);
    house.file("aa.json", 7);
    SealedModel second = seal(TWO, CARRY_TWO);
    assertSameFile(first.path(first.files().get(1)), second.path(second.files().get(2)));
    assertSameFile(first.path(first.files().get(2)), second.path(second.files().get(3)));
    assertNotEquals(key(first.path(first.files().get(0))), key(second.path(second.files().get(0))));
    assertExtracts(second, keys(TWO, CARRY_TWO));
  }

  @Test
  void handsFilesOnThroughSeveralVersions() throws Exception {
    SealedModel first = seal(ONE, new byte[0]);
    house.file("a.json", 101);
    seal(TWO, CARRY_TWO);
    Files.delete(house.source.resolve("a.json"));
    SealedModel third = seal(THREE, CARRY_THREE);
    assertEquals(1, third.files().getFirst().carried().orElseThrow().version());
    assertSameFile(first.path(first.files().get(1)), third.path(third.files().get(0)));
    assertExtracts(third, keys(THREE, CARRY_THREE));
  }

  @Test
  void opensNothingOfTheEarlierVersionThatItDoesNotName() throws Exception {
    SealedModel first = seal(ONE, new byte[0]);
    house.file("a.json", 101);
    seal(TWO, CARRY_TWO);
    try (ModelKeys keys = keys(TWO, CARRY_TWO)) {
      assertThrows(BadInput.class, () -> first.reader(first.files().get(0), keys));
      assertThrows(BadInput.class, () -> first.reader(first.files().get(1), keys));
    }
  }

  @Test
  void needsTheCarryKeyForCarriedFiles() throws Exception {
    seal(ONE, new byte[0]);
    house.file("a.json", 101);
    SealedModel second = seal(TWO, CARRY_TWO);
    try (ModelKeys keys = ModelKeys.of(secret(TWO))) {
      BadInput e = assertThrows(BadInput.class, () -> second.reader(second.files().get(1), keys));
      assertTrue(e.getMessage().endsWith("and no carry key is here"), e.getMessage());
    }
    try (ModelKeys keys = keys(TWO, CARRY_THREE)) {
      assertThrows(BadInput.class, () -> second.reader(second.files().get(1), keys));
    }
  }

  @Test
  void encryptsAFileOfTheSameSizeAndOtherContentAnew() throws Exception {
    SealedModel first = seal(ONE, new byte[0]);
    byte[] changed = Files.readAllBytes(house.source.resolve("w/1.safetensors"));
    changed[77]++;
    Files.write(house.source.resolve("w/1.safetensors"), changed);
    SealedModel second = seal(TWO, CARRY_TWO);
    assertTrue(second.files().get(1).carried().isEmpty());
    assertNotEquals(key(first.path(first.files().get(1))), key(second.path(second.files().get(1))));
    assertExtracts(second, keys(TWO, CARRY_TWO));
  }

  @Test
  void sealsWithSmallSegments() throws Exception {
    try (Staging staging = house.vault.stage(House.MODEL, OptionalLong.empty())) {
      Source source = Source.scan(house.source);
      Optional<SealedModel> none = Optional.empty();
      var draft =
          staging.seal(source, house.dataKey, house.ada, FloeParams.SMALL, none, (_, _) -> {});
      SealedModel sealed = staging.publish(draft.finish(House.WRAPPED, house.root), house.root);
      assertEquals(1 << 16, sealed.params().segmentLength());
      assertExtracts(sealed, house.keys);
      var reused =
          staging.seal(
              source,
              house.dataKey,
              house.ada,
              FloeParams.SEALED,
              Optional.of(sealed),
              (_, _) -> {});
      assertTrue(reused.reuse().isEmpty(), "segments of another length");
    }
  }

  @Test
  void refusesAHeaderWithACarryKeyAndNoCarriedFile() throws Exception {
    SealedModel first = seal(ONE, new byte[0]);
    Path header = house.vault.path(House.MODEL, first.version()).resolve(Header.FILE);
    Files.writeString(
        header, Files.readString(header).replace("\"files\":", "\"carry\":\"AAAA\",\"files\":"));
    BadInput e = assertThrows(BadInput.class, () -> house.vault.open(House.MODEL, 1, house.root));
    assertTrue(e.getMessage().contains("a carry key belongs to files of earlier versions"));
  }

  /** Seals the source; what keyd does with the keys is done here. */
  private SealedModel seal(byte[] data, byte[] carry) throws Exception {
    try (Staging staging = house.vault.stage(House.MODEL, OptionalLong.empty());
        Secret dataKey = secret(data)) {
      var base = staging.base(house.root);
      var draft =
          staging.seal(
              Source.scan(house.source), dataKey, house.ada, FloeParams.SEALED, base, (_, _) -> {});
      return staging.publish(draft.finish(wrapped(draft, carry), house.root), house.root);
    }
  }

  private static WrappedKeys wrapped(Staging.Draft draft, byte[] carry) throws Exception {
    if (draft.reuse().isEmpty()) {
      return WrappedKeys.of(House.WRAPPED);
    }
    Reuse reuse = draft.reuse().get();
    List<String> carried = new ArrayList<>();
    byte[] old = reuse.base().version() == 1 ? ONE : TWO;
    try (CarryKey under = new CarryKey(secret(carry));
        ModelKeys before = keys(old, CARRY_TWO)) {
      for (Map.Entry<Integer, SealedFile> file : reuse.files().entrySet()) {
        try (Secret key = before.fileKey(file.getValue())) {
          byte[] context = DataKeys.carriedContext(file.getKey(), file.getValue().name());
          carried.add(Base64.getEncoder().encodeToString(under.wrap(key, context)));
        }
      }
    }
    return new WrappedKeys("AQID", Optional.of("AQID"), carried);
  }

  private void assertExtracts(SealedModel sealed, ModelKeys keys) throws Exception {
    sealed.extractTo(target, keys, (_, _) -> {});
    for (SealedFile file : sealed.files()) {
      assertArrayEquals(
          Files.readAllBytes(house.source.resolve(file.name())),
          Files.readAllBytes(target.resolve(file.name())));
    }
  }

  private static void assertSameFile(Path a, Path b) throws Exception {
    assertEquals(key(a), key(b));
  }

  private static Object key(Path path) throws Exception {
    return Files.getAttribute(path, "unix:ino");
  }

  private static ModelKeys keys(byte[] data, byte[] carry) {
    return ModelKeys.of(secret(data), secret(carry));
  }

  private static Secret secret(byte[] bytes) {
    return Secret.take(bytes.clone());
  }

  private static byte[] bytes(int value) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
