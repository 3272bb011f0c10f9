package dev.sallyport.keyd;

import dev.sallyport.core.Arguments;
import dev.sallyport.core.BadInput;
import dev.sallyport.custody.KeyProvider;
import dev.sallyport.custody.KeyUnavailable;
import dev.sallyport.custody.RootKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files that open root keys: passphrases and tokens' PINs. Never a command line.
 *
 * @param passphraseFiles each may open a file; new files are under the last
 * @param pinFile the PIN of every token that {@code tokenPins} does not name
 * @param tokenPins by the token's label
 */
record Credentials(
    List<Path> passphraseFiles, Optional<Path> pinFile, Map<String, Path> tokenPins) {
  static final List<String> OPTIONS = List.of("--passphrase-file", "--pin-file", "--token-pin");

  /** Something that a token's PIN opens; the PIN is lent. */
  @FunctionalInterface
  interface ByPin {
    KeyProvider open(char[] pin) throws KeyUnavailable;
  }

  static Credentials of(Arguments arguments) throws BadInput {
    Map<String, Path> pins = new HashMap<>();
    for (String pair : arguments.all("--token-pin")) {
      int cut = pair.lastIndexOf('=');
      if (cut < 0) {
        throw new BadInput("--token-pin is not LABEL=FILE");
      }
      pins.put(pair.substring(0, cut), Path.of(pair.substring(cut + 1)));
    }
    return new Credentials(
        arguments.all("--passphrase-file").stream().map(Path::of).toList(),
        arguments.find("--pin-file").map(Path::of),
        pins);
  }

  /** The passphrase that a new file is to be under. */
  Path passphraseForNew() throws BadInput {
    if (passphraseFiles.isEmpty()) {
      throw new BadInput("the root key is to be under a passphrase; none was given to keyd");
    }
    return passphraseFiles.getLast();
  }

  /** Opens a root key file, by whichever passphrase is its own if it is under one. */
  RootKey byPassphrase(Path file) throws IOException, BadInput {
    if (passphraseFiles.isEmpty() || !RootKey.underPassphrase(file)) {
      return RootKey.open(file);
    }
    for (Path other : passphraseFiles.subList(0, passphraseFiles.size() - 1)) {
      try {
        return by(other, file);
      } catch (BadInput e) {
        System.getLogger("keyd").log(System.Logger.Level.DEBUG, "not by this passphrase", e);
      }
    }
    return by(passphraseFiles.getLast(), file);
  }

  private static RootKey by(Path passphraseFile, Path file) throws IOException, BadInput {
    try (Passphrase passphrase = Passphrase.read(passphraseFile)) {
      return RootKey.open(file, passphrase.characters());
    }
  }

  /**
   * Shows its PIN to a token, unless it refused this very file before.
   *
   * @param directory keyd's own, where that is remembered
   */
  KeyProvider byPin(Path directory, String label, ByPin token) throws IOException, BadInput {
    Path file = Optional.ofNullable(tokenPins.get(label)).or(() -> pinFile).orElse(null);
    if (file == null) {
      throw new BadInput("the root key is on a token; no PIN file was given");
    }
    RefusedPin refused = RefusedPin.of(directory, file);
    refused.requireNotThis();
    try (Passphrase pin = Passphrase.read(file)) {
      return token.open(pin.characters());
    } catch (KeyUnavailable e) {
      if (e.reason() == KeyUnavailable.Reason.PIN) {
        refused.remember();
      }
      throw e;
    }
  }
}
