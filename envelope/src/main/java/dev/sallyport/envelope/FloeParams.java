package dev.sallyport.envelope;

import dev.sallyport.core.BadInput;
import java.nio.ByteBuffer;

/**
 * The parameters of a FLOE ciphertext with AES-256-GCM and HKDF-Expand-SHA-384, and the arithmetic
 * of its lengths. All lengths are in bytes.
 *
 * @param segmentLength length of an encrypted segment
 * @param rotationBits 2 to this power segments share one AES key; 20 except in test vectors
 * @see <a href="https://github.com/Snowflake-Labs/floe-specification">FLOE</a>
 */
public record FloeParams(int segmentLength, int rotationBits) {
  /** What sealed models use: segments of 1 MiB. */
  public static final FloeParams SEALED = new FloeParams(1 << 20, 20);

  /** For models that are read in small pieces at random: segments of 64 KiB. */
  public static final FloeParams SMALL = new FloeParams(1 << 16, 20);

  /** Parameters, IV and tag of the header. */
  public static final int HEADER_LENGTH = 10 + 32 + 32;

  /** Length field, AES IV and tag around the plaintext of a segment. */
  static final int OVERHEAD = 4 + 12 + 16;

  static final int IV_LENGTH = 32;
  static final long MAX_SEGMENTS = 1L << 40;

  private static final int ENCODED_LENGTH = 10;

  public FloeParams {
    if (segmentLength <= OVERHEAD || rotationBits < 0 || rotationBits > 20) {
      throw new IllegalArgumentException("internal error: FLOE parameters out of range");
    }
  }

  /** The parameters of sealed models with this segment length. */
  public static FloeParams ofSegment(long length) throws BadInput {
    if (length == SEALED.segmentLength) {
      return SEALED;
    }
    if (length == SMALL.segmentLength) {
      return SMALL;
    }
    throw new BadInput(
        "segments of "
            + length
            + " bytes; "
            + SMALL.segmentLength
            + " and "
            + SEALED.segmentLength
            + " are known");
  }

  /** PARAM_ENCODE of the specification: AEAD 0, KDF 0, segment length, IV length. */
  byte[] encode() {
    return ByteBuffer.allocate(ENCODED_LENGTH)
        .putShort((short) 0)
        .putInt(segmentLength)
        .putInt(IV_LENGTH)
        .array();
  }

  /** Plaintext bytes in every segment but the last. */
  public int plainLength() {
    return segmentLength - OVERHEAD;
  }

  /** Segments of a plaintext of this size; at least one. */
  public long segments(long plainSize) {
    return Math.max(1, Math.ceilDiv(plainSize, (long) plainLength()));
  }

  /** Length of the whole ciphertext of a plaintext of this size. */
  public long sealedLength(long plainSize) {
    return HEADER_LENGTH + plainSize + segments(plainSize) * OVERHEAD;
  }

  /** Segments of a ciphertext of this length; fails if no FLOE ciphertext has that length. */
  long segmentsOf(long sealedLength) throws BadInput {
    long body = sealedLength - HEADER_LENGTH;
    long segments = body <= 0 ? 0 : Math.ceilDiv(body, (long) segmentLength);
    long last = body - (segments - 1) * segmentLength;
    if (segments < 1 || segments > MAX_SEGMENTS || last < OVERHEAD) {
      throw new BadInput("length " + sealedLength + " is that of no FLOE ciphertext");
    }
    return segments;
  }
}
