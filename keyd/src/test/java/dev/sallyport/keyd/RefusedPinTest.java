package dev.sallyport.keyd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sallyport.core.BadInput;
import dev.sallyport.custody.KeyProvider;
import dev.sallyport.custody.KeyUnavailable;
import dev.sallyport.custody.RootKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A token locks after a few wrong PINs; keyd, started again and again, does not get it there. */
class RefusedPinTest {
  @TempDir Path dir;
  private Path pin;
  private Credentials credentials;
  private int shown;

  @BeforeEach
  void open() throws Exception {
    Files.createDirectory(dir.resolve("state"));
    pin = Files.writeString(dir.resolve("pin"), "4711\n");
    credentials = new Credentials(List.of(), Optional.of(pin), Map.of());
  }

  @Test
  void aPinThatWasRefusedIsNotShownTwice() throws Exception {
    KeyUnavailable e = assertThrows(KeyUnavailable.class, () -> use("0815"));
    assertEquals("token refuses the PIN", e.getMessage());
    for (int i = 0; i < 5; i++) {
      BadInput again = assertThrows(BadInput.class, () -> use("0815"));
      assertEquals(
          "the token refused this PIN file before; it is not tried again until it is written anew",
          again.getMessage());
    }
    assertEquals(1, shown);
    assertFalse(Files.readString(dir.resolve("state/pin-refused")).contains("4711"));
    Files.writeString(pin, "0815\n");
    use("0815").close();
    assertEquals(2, shown);
  }

  @Test
  void aTokenThatDoesNotAnswerIsAskedAgain() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertThrows(KeyUnavailable.class, () -> use(""));
    }
    assertEquals(3, shown);
  }

  private KeyProvider use(String right) throws Exception {
    return credentials.byPin(
        dir,
        "weights",
        given -> {
          shown++;
          if (right.isEmpty()) {
            throw new KeyUnavailable(KeyUnavailable.Reason.DEVICE, "token does not answer");
          }
          if (!right.equals(new String(given))) {
            throw new KeyUnavailable(KeyUnavailable.Reason.PIN, "token refuses the PIN");
          }
          return key();
        });
  }

  private KeyProvider key() {
    try {
      return RootKey.create(dir.resolve("key-" + shown));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
