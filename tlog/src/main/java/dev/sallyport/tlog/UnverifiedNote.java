package dev.sallyport.tlog;

import dev.sallyport.core.BadInput;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A signed note as received (C2SP signed-note). Its text cannot be had before a signature on it has
 * been verified.
 */
public final class UnverifiedNote {
  /** The longest note, in bytes: 16 post-quantum signatures fit. */
  public static final int MAX_BYTES = 128 << 10;

  private static final int MAX_SIGNATURES = 64;

  private final String text;
  private final List<NoteSignature> signatures;

  private UnverifiedNote(String text, List<NoteSignature> signatures) {
    this.text = text;
    this.signatures = List.copyOf(signatures);
  }

  /** Reads a note from UTF-8 bytes. */
  public static UnverifiedNote parse(byte[] utf8) throws BadInput {
    if (utf8.length > MAX_BYTES) {
      throw new BadInput("note of " + utf8.length + " bytes; limit " + MAX_BYTES);
    }
    try {
      return split(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
    } catch (CharacterCodingException e) {
      throw new BadInput("note is not UTF-8", e);
    }
  }

  /** Reads a note from text. */
  public static UnverifiedNote parse(String note) throws BadInput {
    return parse(note.getBytes(StandardCharsets.UTF_8));
  }

  private static UnverifiedNote split(String note) throws BadInput {
    if (note.chars().anyMatch(c -> c < ' ' && c != '\n')) {
      throw new BadInput("note has a control character in it");
    }
    int blank = note.lastIndexOf("\n\n");
    if (blank < 0 || !note.endsWith("\n") || blank + 2 == note.length()) {
      throw new BadInput("note is not text, an empty line and signature lines");
    }
    String[] lines = note.substring(blank + 2, note.length() - 1).split("\n", -1);
    if (lines.length > MAX_SIGNATURES) {
      throw new BadInput("note has " + lines.length + " signatures; limit " + MAX_SIGNATURES);
    }
    List<NoteSignature> signatures = new ArrayList<>();
    for (String line : lines) {
      signatures.add(NoteSignature.parse(line));
    }
    return new UnverifiedNote(note.substring(0, blank + 1), signatures);
  }

  /** Verifies the log's signature and gives the text. Signatures of other keys are ignored. */
  public String verify(LogKey log) throws BadInput {
    log.verify(text, only(log).blob());
    return text;
  }

  /** The one signature by this key. A key that is known but absent, or there twice, is an error. */
  NoteSignature only(NoteKey key) throws BadInput {
    List<NoteSignature> found = signatures.stream().filter(key::matches).toList();
    if (found.size() != 1) {
      throw new BadInput("note has " + found.size() + " signatures of " + key.name() + ", not 1");
    }
    return found.getFirst();
  }
}
