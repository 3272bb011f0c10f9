package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import java.security.SecureRandom;
import java.util.HexFormat;

/** 128 random bits that make a statement one of a kind: 32 lower-case hex digits. */
public record Nonce(String hex) {
  private static final int BYTES = 16;

  public static Nonce fresh() {
    byte[] bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    return new Nonce(HexFormat.of().formatHex(bytes));
  }

  public static Nonce parse(String text) throws BadInput {
    if (!text.matches("[0-9a-f]{32}")) {
      throw new BadInput("nonce is not 32 lower-case hex digits");
    }
    return new Nonce(text);
  }

  @Override
  public String toString() {
    return hex;
  }
}
