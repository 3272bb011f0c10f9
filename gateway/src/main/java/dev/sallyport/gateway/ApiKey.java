package dev.sallyport.gateway;

import dev.sallyport.core.Digest;
import java.util.Optional;

/**
 * The form of an API key: {@code sk-sp-} and 43 characters of unpadded base64url, 256 random bits.
 * Keys are stored as the SHA-256 of their text; with 256 bits of entropy a slow hash adds nothing,
 * and a lookup by hash compares no secret byte by byte.
 */
public final class ApiKey {
  /** What every key starts with, so that secret scanners find leaked ones. */
  public static final String PREFIX = "sk-sp-";

  private static final String SCHEME = "Bearer ";
  private static final int MAX_LENGTH = 128;

  private ApiKey() {}

  /** The hash under which a key is stored: SHA-256 of its UTF-8 text. */
  public static Digest hash(String key) {
    return Digest.of(key);
  }

  /** The key's hash from an {@code Authorization} header; empty if it is no key of ours. */
  static Optional<Digest> fromAuthorization(String header) {
    boolean bearer = header.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    String key = bearer ? header.substring(SCHEME.length()).strip() : "";
    // Hash always, so that a missing, malformed or unknown key costs about the same.
    Digest hash = hash(key.length() > MAX_LENGTH ? key.substring(0, MAX_LENGTH) : key);
    boolean ours = key.startsWith(PREFIX) && key.length() <= MAX_LENGTH;
    return ours ? Optional.of(hash) : Optional.empty();
  }
}
