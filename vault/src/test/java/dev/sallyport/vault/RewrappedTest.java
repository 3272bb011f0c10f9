package dev.sallyport.vault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sallyport.core.BadInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code wrapped.json}: keys under a newer root key, and what is made of a bad one. */
class RewrappedTest {
  private static final byte[] NEWER = {9, 9, 9};

  @TempDir Path dir;
  private House house;
  private SealedModel sealed;
  private Path file;

  @BeforeEach
  void open() throws Exception {
    house = new House(dir);
    house.file("m", 100);
    sealed = house.seal();
    file = house.vault.path(House.MODEL, 1).resolve(Rewrapped.FILE);
  }

  @AfterEach
  void close() {
    house.close();
  }

  @Test
  void aNewerWrappedKeyTakesThePlaceOfTheHeaders() throws Exception {
    assertArrayEquals(House.WRAPPED, sealed.wrapped());
    sealed.rewrap(NEWER, Optional.empty());
    assertArrayEquals(NEWER, sealed.wrapped());
    assertArrayEquals(NEWER, house.vault.open(House.MODEL, 1, house.root).wrapped());
  }

  @Test
  void whatACrashLeftBesideItIsPassedOver() throws Exception {
    Files.writeString(file.resolveSibling(Rewrapped.FRESH), "{\"half");
    assertArrayEquals(House.WRAPPED, house.vault.open(House.MODEL, 1, house.root).wrapped());
    sealed.rewrap(NEWER, Optional.empty());
    assertArrayEquals(NEWER, sealed.wrapped());
  }

  @Test
  void saysWhatIsWrongWithABadOne() throws Exception {
    assertSays("wrapped.json: JSON at character 0: the text ends early", "");
    assertSays(
        "wrapped.json: format is not https://sallyport.dev/wrapped-key/v1", "{\"format\":\"x\"}");
    String format = "{\"format\":\"https://sallyport.dev/wrapped-key/v1\"";
    assertSays("wrapped.json: member \"wrapped\" is missing", format + "}");
    assertSays(
        "wrapped.json: member \"more\" is not known here",
        format + ",\"more\":1,\"wrapped\":\"AQ==\"}");
  }

  @Test
  void refusesOneThatIsALink() throws Exception {
    Path elsewhere = Files.writeString(dir.resolve("elsewhere"), "{}");
    Files.createSymbolicLink(file, elsewhere);
    BadInput e = assertThrows(BadInput.class, () -> sealed.wrapped());
    assertEquals("wrapped.json is not a plain file", e.getMessage());
  }

  @Test
  void refusesACarryKeyThatTheHeaderDoesNotHave() throws Exception {
    sealed.rewrap(NEWER, Optional.of(NEWER));
    BadInput e = assertThrows(BadInput.class, () -> sealed.carry());
    assertEquals("wrapped.json: has a carry key if and only if the header has one", e.getMessage());
  }

  private void assertSays(String message, String content) throws Exception {
    Files.writeString(file, content);
    assertEquals(message, assertThrows(BadInput.class, () -> sealed.wrapped()).getMessage());
  }
}
