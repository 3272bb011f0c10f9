package dev.sallyport.keyd;

import dev.sallyport.core.Arguments;
import dev.sallyport.core.BadInput;
import dev.sallyport.custody.KeyProvider;
import dev.sallyport.custody.KeyUnavailable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The files that open a root key: a passphrase, or a token's PIN. Never a command line. */
record Credentials(Optional<Path> passphraseFile, Optional<Path> pinFile) {
  /** Something that a token's PIN opens; the PIN is lent. */
  @FunctionalInterface
  interface ByPin {
    KeyProvider open(char[] pin) throws KeyUnavailable;
  }

  static Credentials of(Arguments arguments) {
    return new Credentials(
        arguments.find("--passphrase-file").map(Path::of),
        arguments.find("--pin-file").map(Path::of));
  }

  /**
   * Shows the PIN to a token, unless it refused this very file before.
   *
   * @param directory keyd's own, where that is remembered
   */
  KeyProvider byPin(Path directory, ByPin token) throws IOException, BadInput {
    if (pinFile.isEmpty()) {
      throw new BadInput("the root key is on a token; no PIN file was given");
    }
    RefusedPin refused = RefusedPin.of(directory, pinFile.get());
    refused.requireNotThis();
    try (Passphrase pin = Passphrase.read(pinFile.get())) {
      return token.open(pin.characters());
    } catch (KeyUnavailable e) {
      if (e.reason() == KeyUnavailable.Reason.PIN) {
        refused.remember();
      }
      throw e;
    }
  }
}
