package dev.sallyport.custodytpm;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Bytes of one command or answer, big-endian (TPM 2.0 Library part 2, §3-§10), at most 4096.
 * Reading beyond the end, which only a broken or hostile TPM provokes, is an {@link IOException}.
 */
final class TpmBuffer {
  /** No command or answer used here is longer. */
  static final int MAX = 4096;

  private final byte[] array;
  private final ByteBuffer bytes;

  private TpmBuffer(byte[] array) {
    this.array = array;
    this.bytes = ByteBuffer.wrap(array);
  }

  static TpmBuffer empty() {
    return new TpmBuffer(new byte[MAX]);
  }

  static TpmBuffer of(byte[] bytes) {
    return new TpmBuffer(bytes);
  }

  TpmBuffer u8(int value) {
    bytes.put((byte) value);
    return this;
  }

  TpmBuffer u16(int value) {
    bytes.putShort((short) value);
    return this;
  }

  TpmBuffer u32(int value) {
    bytes.putInt(value);
    return this;
  }

  TpmBuffer raw(byte[] value) {
    bytes.put(value);
    return this;
  }

  /** A TPM2B: length, then bytes. */
  TpmBuffer sized(byte[] value) {
    return u16(value.length).raw(value);
  }

  /** What was written. */
  byte[] written() {
    return Arrays.copyOf(array, bytes.position());
  }

  void wipe() {
    Arrays.fill(array, (byte) 0);
  }

  int u16() throws IOException {
    need(Short.BYTES);
    return Short.toUnsignedInt(bytes.getShort());
  }

  int u32() throws IOException {
    need(Integer.BYTES);
    return bytes.getInt();
  }

  byte[] raw(int length) throws IOException {
    need(length);
    byte[] value = new byte[length];
    bytes.get(value);
    return value;
  }

  /** A TPM2B. */
  byte[] sized() throws IOException {
    return raw(u16());
  }

  int remaining() {
    return bytes.remaining();
  }

  private void need(int length) throws IOException {
    if (length < 0) {
      throw new IOException("the TPM's answer states a length below zero");
    }
    if (bytes.remaining() < length) {
      throw new IOException(
          "the TPM's answer ends " + (length - bytes.remaining()) + " bytes early",
          new BufferUnderflowException());
    }
  }
}
