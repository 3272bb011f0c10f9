package dev.sallyport.core;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A SHA-256 digest (FIPS 180-4), 32 bytes, written {@code sha256:} and 64 lower-case hex digits.
 */
public final class Digest implements Comparable<Digest> {
  /** Length in bytes. */
  public static final int LENGTH = 32;

  private static final String PREFIX = "sha256:";

  private final byte[] bytes;

  private Digest(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The digest of these bytes. */
  public static Digest of(byte[] data) {
    return new Digest(sha256().digest(data));
  }

  /** The digest of the UTF-8 bytes of this text. */
  public static Digest of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Takes 32 bytes that already are a digest. */
  public static Digest fromBytes(byte[] digest) throws BadInput {
    if (digest.length != LENGTH) {
      throw new BadInput("digest of " + digest.length + " bytes; a SHA-256 digest has " + LENGTH);
    }
    return new Digest(digest.clone());
  }

  /** Reads {@code sha256:<64 lower-case hex digits>}. */
  public static Digest parse(String text) throws BadInput {
    if (!text.startsWith(PREFIX)) {
      throw new BadInput("digest does not start with " + PREFIX);
    }
    return fromHex(text.substring(PREFIX.length()));
  }

  /** Reads 64 lower-case hex digits. */
  public static Digest fromHex(String hex) throws BadInput {
    boolean canonical =
        hex.length() == 2 * LENGTH
            && hex.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    if (!canonical) {
      throw new BadInput("digest is not " + 2 * LENGTH + " lower-case hex digits");
    }
    return new Digest(HexFormat.of().parseHex(hex));
  }

  /** A fresh SHA-256, for hashing in pieces; finish it with {@link #finish}. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("internal error: every JDK has SHA-256", e);
    }
  }

  /** The digest of all that was fed to {@code running}, which is reset. */
  public static Digest finish(MessageDigest running) {
    byte[] digest = running.digest();
    if (digest.length != LENGTH) {
      throw new IllegalArgumentException("internal error: not a SHA-256");
    }
    return new Digest(digest);
  }

  /** A copy of the 32 bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** The 64 hex digits without the prefix. */
  public String hex() {
    return HexFormat.of().formatHex(bytes);
  }

  /** The first 12 hex digits, for people to read; never compare by it. */
  public String brief() {
    return hex().substring(0, 12);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Digest d && MessageDigest.isEqual(bytes, d.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public int compareTo(Digest other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public String toString() {
    return PREFIX + hex();
  }
}
