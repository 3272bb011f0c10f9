package dev.sallyport.supplychain;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** DSSE v1 for the keys of others; what people here sign is {@code keys.Envelope}. */
final class Dsse {
  static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";

  private Dsse() {}

  /** PAE: {@code "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body}. */
  static byte[] preAuthEncoding(byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length + 64);
    String head =
        "DSSEv1 " + PAYLOAD_TYPE.length() + " " + PAYLOAD_TYPE + " " + payload.length + " ";
    out.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(payload);
    return out.toByteArray();
  }
}
