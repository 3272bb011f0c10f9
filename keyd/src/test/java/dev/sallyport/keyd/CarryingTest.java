package dev.sallyport.keyd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.custody.CarryKey;
import dev.sallyport.custody.DataKeys;
import dev.sallyport.custody.KeyRing;
import dev.sallyport.custody.RootKey;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A sealer that is after the keys of an earlier version. */
class CarryingTest {
  private static final byte[] BEFORE = manifest("a", "x", "b", "y", "c", "z");
  private static final byte[] AFTER = manifest("aa", "q", "b", "y", "c", "changed");

  private final KeyRing root = KeyRing.of(RootKey.of(Secret.random(), () -> {}));
  private final Secret dataKey = Secret.random();
  private byte[] wrapped;

  @BeforeEach
  void wrap() throws Exception {
    wrapped = root.wrap(dataKey, DataKeys.context("m", 1, Digest.of(BEFORE)));
  }

  @AfterEach
  void close() {
    root.close();
    dataKey.close();
  }

  @Test
  void handsOnTheKeyOfAFileThatIsTheSame() throws Exception {
    Json.Obj answer = carry(reuse(AFTER, pair(2, 2)), AFTER);
    byte[] context = DataKeys.carryContext("m", 2, Digest.of(AFTER));
    try (CarryKey carry = new CarryKey(root.unwrap(answer.base64("carry"), context));
        Secret key = carry.unwrap(carried(answer), DataKeys.carriedContext(2, "b"));
        Secret derived = DataKeys.fileKey(dataKey, 2, "b")) {
      assertArrayEquals(derived.use(byte[]::clone), key.use(byte[]::clone));
    }
  }

  @Test
  void handsOnAKeyThatWasHandedOnBefore() throws Exception {
    Json.Obj second = carry(reuse(AFTER, pair(2, 2)), AFTER);
    byte[] third = manifest("b", "y");
    try (Secret own = Secret.random()) {
      byte[] secondWrapped = root.wrap(own, DataKeys.context("m", 2, Digest.of(AFTER)));
      Json pair = Json.obj().put("index", 1).put("base", 2).put("key", carried(second)).build();
      Json.Obj reuse =
          Json.obj()
              .put("version", 2)
              .put("wrapped", secondWrapped)
              .put("carry", second.base64("carry"))
              .put("base", AFTER)
              .put("manifest", third)
              .put("files", Json.arr(List.of(pair)))
              .build();
      Json.Obj answer = new Carrying(root).carry("m", 3, Digest.of(third), reuse);
      byte[] context = DataKeys.carryContext("m", 3, Digest.of(third));
      try (CarryKey carry = new CarryKey(root.unwrap(answer.base64("carry"), context));
          Secret key = carry.unwrap(carried(answer), DataKeys.carriedContext(1, "b"));
          Secret derived = DataKeys.fileKey(dataKey, 2, "b")) {
        assertArrayEquals(derived.use(byte[]::clone), key.use(byte[]::clone));
      }
    }
  }

  @Test
  void refusesAFileThatIsAnotherInTheNewManifest() {
    assertRefused("file 3 is not file 3", reuse(AFTER, pair(3, 3)), AFTER);
    assertRefused("file 1 is not file 1", reuse(AFTER, pair(1, 1)), AFTER);
    assertRefused("file 2 is not file 1", reuse(AFTER, pair(2, 1)), AFTER);
  }

  @Test
  void refusesAManifestThatTheKeyWasNotWrappedFor() {
    byte[] invented = manifest("b", "changed-too", "c", "z");
    Json.Obj lie =
        Json.obj()
            .put("version", 1)
            .put("wrapped", wrapped)
            .put("base", invented)
            .put("manifest", AFTER)
            .put("files", Json.arr(List.of(pair(2, 1))))
            .build();
    assertRefused("wrapped key does not open", lie, AFTER);
  }

  @Test
  void refusesAManifestThatIsNotTheNewVersions() {
    assertRefused("manifest is not that of the new version", reuse(BEFORE, pair(2, 2)), AFTER);
  }

  @Test
  void refusesIndicesOutOfRangeNoneAndTooMany() {
    assertRefused("index 4 is none of 3 files", reuse(AFTER, pair(4, 2)), AFTER);
    assertRefused("base 0 is none of 3 files", reuse(AFTER, pair(2, 0)), AFTER);
    assertRefused("0 files", reuse(AFTER), AFTER);
    List<Json> many = new ArrayList<>();
    for (int i = 0; i < 10_001; i++) {
      many.add(pair(2, 2));
    }
    assertRefused("10001 files", reuse(AFTER, many.toArray(new Json[0])), AFTER);
  }

  @Test
  void refusesAHandedOnKeyWithoutItsCarryKey() {
    Json pair = Json.obj().put("index", 2).put("base", 2).put("key", wrapped).build();
    assertRefused("needs that version's carry key", reuse(AFTER, pair), AFTER);
  }

  private Json.Obj carry(Json.Obj reuse, byte[] manifest) throws Exception {
    return new Carrying(root).carry("m", 2, Digest.of(manifest), reuse);
  }

  private void assertRefused(String why, Json.Obj reuse, byte[] manifest) {
    BadInput e = assertThrows(BadInput.class, () -> carry(reuse, manifest));
    assertTrue(String.valueOf(e.getMessage()).contains(why), e.getMessage());
  }

  private Json.Obj reuse(byte[] manifest, Json... files) {
    return Json.obj()
        .put("version", 1)
        .put("wrapped", wrapped)
        .put("base", BEFORE)
        .put("manifest", manifest)
        .put("files", Json.arr(List.of(files)))
        .build();
  }

  private static byte[] carried(Json.Obj answer) throws BadInput {
    assertEquals(1, answer.strings("carried").size());
    return Json.obj().put("key", answer.strings("carried").getFirst()).build().base64("key");
  }

  private static Json pair(int index, int base) {
    return Json.obj().put("index", index).put("base", base).build();
  }

  private static byte[] manifest(String... namesAndContents) {
    List<Json> resources = new ArrayList<>();
    for (int i = 0; i < namesAndContents.length; i += 2) {
      resources.add(
          Json.obj()
              .put("name", namesAndContents[i])
              .put("algorithm", "sha256")
              .put("digest", Digest.of(namesAndContents[i + 1]).hex())
              .build());
    }
    Json.Obj predicate = Json.obj().put("resources", Json.arr(resources)).build();
    return Statement.about("m", Digest.of("root"), "https://example.org/", predicate).payload();
  }
}
