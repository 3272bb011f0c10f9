package dev.sallyport.keyd;

import dev.sallyport.core.Arguments;
import dev.sallyport.core.BadInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The files that open a root key: a passphrase, or a token's PIN. Never a command line. */
record Credentials(Optional<Path> passphraseFile, Optional<Path> pinFile) {
  static Credentials of(Arguments arguments) {
    return new Credentials(
        arguments.find("--passphrase-file").map(Path::of),
        arguments.find("--pin-file").map(Path::of));
  }

  /** The PIN; the caller closes it. */
  Passphrase pin() throws IOException, BadInput {
    if (pinFile.isEmpty()) {
      throw new BadInput("the root key is on a token; no PIN file was given");
    }
    return Passphrase.read(pinFile.get());
  }
}
