package dev.sallyport.envelope;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * The state of one FLOE ciphertext, shared by both directions: message key, IV, associated data,
 * and the AES keys derived from them (FLOE_KDF and DERIVE_KEY of the specification).
 *
 * <p>Safe for several threads; owned by the sealer or opener around it.
 */
final class FloeKeys implements AutoCloseable {
  private static final int MESSAGE_KEY_LENGTH = 48;

  private final FloeParams params;
  private final byte[] iv;
  private final byte[] associatedData;
  private final byte[] header;
  private final Secret messageKey;
  private final Map<Long, Secret> segmentKeys = new ConcurrentHashMap<>();
  // Cipher objects are costly to make and serve one thread at a time.
  private final ConcurrentLinkedDeque<Cipher> idle = new ConcurrentLinkedDeque<>();

  private FloeKeys(Secret key, byte[] associatedData, FloeParams params, byte[] iv) {
    this.params = params;
    this.iv = iv;
    this.associatedData = associatedData.clone();
    byte[] tag = derive(key, ascii("HEADER_TAG:"), 32).use(byte[]::clone);
    this.header =
        ByteBuffer.allocate(FloeParams.HEADER_LENGTH).put(params.encode()).put(iv).put(tag).array();
    this.messageKey = derive(key, ascii("MESSAGE_KEY:"), MESSAGE_KEY_LENGTH);
  }

  static FloeKeys start(Secret key, byte[] associatedData, FloeParams params) {
    byte[] iv = new byte[FloeParams.IV_LENGTH];
    new SecureRandom().nextBytes(iv);
    return new FloeKeys(key, associatedData, params, iv);
  }

  static FloeKeys open(Secret key, byte[] associatedData, FloeParams params, byte[] header)
      throws BadInput {
    byte[] expected = params.encode();
    if (header.length != FloeParams.HEADER_LENGTH
        || !Arrays.equals(header, 0, expected.length, expected, 0, expected.length)) {
      throw new BadInput("header: not FLOE with segments of " + params.segmentLength() + " bytes");
    }
    byte[] iv = Arrays.copyOfRange(header, expected.length, expected.length + FloeParams.IV_LENGTH);
    FloeKeys keys = new FloeKeys(key, associatedData, params, iv);
    if (!MessageDigest.isEqual(header, keys.header)) {
      keys.close();
      throw new BadInput("header: tag mismatch");
    }
    return keys;
  }

  FloeParams params() {
    return params;
  }

  byte[] header() {
    return header.clone();
  }

  /** AEAD over one segment; the caller frames it. Returns the number of bytes written. */
  int crypt(int mode, long position, boolean last, byte[] nonce, Slice in, byte[] out, int outAt)
      throws AEADBadTagException {
    Cipher cipher = borrow();
    try {
      segmentKey(position)
          .withKey(
              "AES",
              key -> {
                cipher.init(mode, key, new GCMParameterSpec(128, nonce));
                return cipher;
              });
      cipher.updateAAD(ByteBuffer.allocate(9).putLong(position).put((byte) (last ? 1 : 0)).flip());
      int written = cipher.doFinal(in.bytes(), in.from(), in.length(), out, outAt);
      idle.push(cipher);
      return written;
    } catch (AEADBadTagException e) {
      idle.push(cipher);
      throw e;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("internal error: AES-GCM refuses a segment", e);
    }
  }

  private Cipher borrow() {
    Cipher cipher = idle.poll();
    try {
      return cipher == null ? Cipher.getInstance("AES/GCM/NoPadding") : cipher;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("internal error: every JDK has AES-GCM", e);
    }
  }

  private Secret segmentKey(long position) {
    long group = position >>> params.rotationBits() << params.rotationBits();
    return segmentKeys.computeIfAbsent(
        group,
        first ->
            derive(
                messageKey,
                ByteBuffer.allocate(12).put(ascii("DEK:")).putLong(first).array(),
                Secret.KEY_LENGTH));
  }

  /** FLOE_KDF: the info is parameters, IV, purpose, associated data. */
  private Secret derive(Secret key, byte[] purpose, int length) {
    byte[] encoded = params.encode();
    byte[] info =
        ByteBuffer.allocate(encoded.length + iv.length + purpose.length + associatedData.length)
            .put(encoded)
            .put(iv)
            .put(purpose)
            .put(associatedData)
            .array();
    return key.expand(info, length);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    messageKey.close();
    segmentKeys.values().forEach(Secret::close);
  }
}
