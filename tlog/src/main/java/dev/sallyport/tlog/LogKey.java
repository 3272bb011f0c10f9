package dev.sallyport.tlog;

import dev.sallyport.core.BadInput;
import java.nio.charset.StandardCharsets;

/** The key with which a log signs its checkpoints: Ed25519 over the note's text, type 0x01. */
public final class LogKey extends NoteKey {
  private static final int TYPE = 0x01;

  private LogKey(String origin, byte[] raw) throws BadInput {
    super(origin, TYPE, raw);
  }

  /**
   * The key of one log.
   *
   * @param origin the log's origin line, which is its key's name
   * @param raw the 32 bytes of RFC 8032
   */
  public static LogKey of(String origin, byte[] raw) throws BadInput {
    return new LogKey(origin, raw);
  }

  /** Reads a verifier key string. */
  public static LogKey parse(String vkey) throws BadInput {
    String name = nameOf(vkey);
    LogKey key = new LogKey(name, rawOf(vkey, name, TYPE));
    key.requireVkey(vkey);
    return key;
  }

  /** What the log signs. */
  public byte[] message(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The signature line for a 64-byte signature over {@link #message}. */
  public String signatureLine(byte[] signature) {
    return line(signature);
  }

  void verify(String text, byte[] blob) throws BadInput {
    verifyRaw(message(text), blob);
  }
}
