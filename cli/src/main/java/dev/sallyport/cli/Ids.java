package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;

/** Ids of statements as people type them: with or without the {@code sha256:} in front. */
final class Ids {
  private Ids() {}

  static Digest parse(String text) throws Failure {
    try {
      return text.startsWith("sha256:") ? Digest.parse(text) : Digest.fromHex(text);
    } catch (BadInput e) {
      throw new Failure(Exit.USAGE, "id \"" + text + "\": " + e.getMessage(), e);
    }
  }
}
