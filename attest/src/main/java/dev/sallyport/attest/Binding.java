package dev.sallyport.attest;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Recipient;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What ties a piece of evidence to one lease request: SHA-512 over a label, the request's nonce and
 * the one-time recipient key (spec/key-release.md §9). Evidence carries all 64 bytes where it has
 * room for them, else the first 32.
 */
public final class Binding {
  private static final byte[] LABEL =
      "sallyport/attestation/v1\0".getBytes(StandardCharsets.US_ASCII);
  private static final int NONCE = 16;
  private static final int FULL = 64;
  private static final int SHORT = 32;

  private final byte[] value;

  private Binding(byte[] value) {
    this.value = value;
  }

  /**
   * The binding of a lease request.
   *
   * @param nonce 16 bytes
   */
  public static Binding of(byte[] nonce, Recipient recipient) {
    if (nonce.length != NONCE) {
      throw new IllegalArgumentException("internal error: nonce of " + nonce.length + " bytes");
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(LABEL);
    all.writeBytes(nonce);
    all.writeBytes(recipient.bytes());
    try {
      return new Binding(MessageDigest.getInstance("SHA-512").digest(all.toByteArray()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("internal error: every JDK has SHA-512", e);
    }
  }

  /** The 64 bytes for report data that long. */
  public byte[] bytes() {
    return value.clone();
  }

  /** The first 32 bytes, for a nonce or qualifying data that long. */
  public byte[] brief() {
    return Arrays.copyOf(value, SHORT);
  }

  void require(byte[] reportData) throws BadInput {
    byte[] expected = reportData.length == FULL ? value : brief();
    if (!MessageDigest.isEqual(expected, reportData)) {
      throw new BadInput("report data is not that of this nonce and recipient key");
    }
  }

  @Override
  public String toString() {
    return "Binding[" + HexFormat.of().formatHex(value, 0, 8) + "…]";
  }
}
