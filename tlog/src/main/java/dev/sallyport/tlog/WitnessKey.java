package dev.sallyport.tlog;

import dev.sallyport.core.BadInput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** The key with which a witness cosigns: Ed25519 with a time, type 0x04 (C2SP tlog-cosignature). */
public final class WitnessKey extends NoteKey {
  private static final int TYPE = 0x04;
  private static final int BLOB_LENGTH = 8 + 64;

  /** 9999-12-31T23:59:59Z: later times are not printable and surely wrong. */
  private static final long MAX_SECONDS = 253_402_300_799L;

  private WitnessKey(String name, byte[] raw) throws BadInput {
    super(name, TYPE, raw);
  }

  /**
   * The witness of one log; its name is the origin and {@code /witness} (spec/audit-log.md §4).
   *
   * @param raw the 32 bytes of RFC 8032
   */
  public static WitnessKey of(String origin, byte[] raw) throws BadInput {
    return new WitnessKey(origin + "/witness", raw);
  }

  /** Reads a verifier key string. */
  public static WitnessKey parse(String vkey) throws BadInput {
    String name = nameOf(vkey);
    WitnessKey key = new WitnessKey(name, rawOf(vkey, name, TYPE));
    key.requireVkey(vkey);
    return key;
  }

  /** What the witness signs at this time, to the second, about a checkpoint's text. */
  public byte[] message(Instant time, String text) {
    return ("cosignature/v1\ntime " + time.getEpochSecond() + "\n" + text)
        .getBytes(StandardCharsets.UTF_8);
  }

  /** The signature line for a 64-byte signature over {@link #message}. */
  public String signatureLine(Instant time, byte[] signature) {
    return line(
        ByteBuffer.allocate(8 + signature.length)
            .putLong(time.getEpochSecond())
            .put(signature)
            .array());
  }

  /** Verifies a cosignature and returns its time. */
  Instant verify(String text, byte[] blob) throws BadInput {
    if (blob.length != BLOB_LENGTH) {
      throw new BadInput("cosignature of " + blob.length + " bytes; it has " + BLOB_LENGTH);
    }
    ByteBuffer in = ByteBuffer.wrap(blob);
    long seconds = in.getLong();
    if (seconds < 0 || seconds > MAX_SECONDS) {
      throw new BadInput("cosignature of " + name() + " has time " + seconds);
    }
    byte[] signature = new byte[64];
    in.get(signature);
    Instant time = Instant.ofEpochSecond(seconds);
    verifyRaw(message(time, text), signature);
    return time;
  }
}
