package dev.sallyport.envelope;

/** Part of a heap array, without copying it. */
final class Slice {
  private final byte[] bytes;
  private final int from;
  private final int length;

  Slice(byte[] bytes, int from, int length) {
    this.bytes = bytes;
    this.from = from;
    this.length = length;
  }

  byte[] bytes() {
    return bytes;
  }

  int from() {
    return from;
  }

  int length() {
    return length;
  }
}
