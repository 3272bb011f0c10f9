package dev.sallyport.tlog;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A named Ed25519 public key that verifies one kind of signature on a note (C2SP signed-note). The
 * two kinds are two types, so that a log's key is never taken for a witness's.
 */
public abstract sealed class NoteKey permits LogKey, WitnessKey {
  private static final int RAW_LENGTH = 32;

  /** What precedes the raw key in its SubjectPublicKeyInfo (RFC 8410). */
  private static final byte[] SPKI_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private final String name;
  private final byte[] typedKey;
  private final PublicKey key;
  private final int id;

  NoteKey(String name, int type, byte[] raw) throws BadInput {
    requireName(name);
    if (raw.length != RAW_LENGTH) {
      throw new BadInput("Ed25519 key of " + raw.length + " bytes; it has " + RAW_LENGTH);
    }
    this.name = name;
    this.typedKey = concat(new byte[] {(byte) type}, raw);
    this.key = ed25519(raw);
    byte[] prefix = (name + "\n").getBytes(StandardCharsets.UTF_8);
    this.id = ByteBuffer.wrap(Digest.of(concat(prefix, typedKey)).bytes()).getInt();
  }

  public final String name() {
    return name;
  }

  /** The 32-bit key id: together with the name it picks a signature line out of a note. */
  public final int id() {
    return id;
  }

  /** {@code <name>+<key id, 8 hex digits>+<base64 of type and key>}. */
  public final String vkey() {
    return name
        + "+"
        + HexFormat.of().toHexDigits(id)
        + "+"
        + Base64.getEncoder().encodeToString(typedKey);
  }

  final boolean matches(NoteSignature signature) {
    return signature.name().equals(name) && signature.keyId() == id;
  }

  /** The signature line for a note, with its newline. */
  final String line(byte[] blob) {
    byte[] signature = ByteBuffer.allocate(4 + blob.length).putInt(id).put(blob).array();
    return "\u2014 " + name + " " + Base64.getEncoder().encodeToString(signature) + "\n";
  }

  final void verifyRaw(byte[] message, byte[] signature) throws BadInput {
    try {
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(key);
      verifier.update(message);
      if (!verifier.verify(signature)) {
        throw new BadInput("signature of " + name + " does not verify");
      }
    } catch (SignatureException e) {
      throw new BadInput("signature of " + name + " does not verify", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("internal error: every JDK 25 has Ed25519", e);
    }
  }

  /** The raw key in a {@link #vkey} of this type. */
  static byte[] rawOf(String vkey, String name, int type) throws BadInput {
    try {
      byte[] typed = Base64.getDecoder().decode(vkey.substring(name.length() + 10));
      if (typed.length == 1 + RAW_LENGTH && typed[0] == type) {
        return Arrays.copyOfRange(typed, 1, typed.length);
      }
      throw new BadInput("verifier key is not of type " + type);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new BadInput("verifier key is not name+id+base64", e);
    }
  }

  /** The name in a {@link #vkey}: all before the first plus. */
  static String nameOf(String vkey) throws BadInput {
    int plus = vkey.indexOf('+');
    if (plus < 1) {
      throw new BadInput("verifier key is not name+id+base64");
    }
    return vkey.substring(0, plus);
  }

  /** Fails if this is not the {@link #vkey} that was read: id and encoding must be exact. */
  final void requireVkey(String read) throws BadInput {
    if (!vkey().equals(read)) {
      throw new BadInput("verifier key of " + name + " has a wrong id or encoding");
    }
  }

  /** Key names are not empty and hold neither spaces nor a plus (C2SP signed-note, Format). */
  static void requireName(String name) throws BadInput {
    boolean good =
        !name.isEmpty()
            && name.codePoints()
                .noneMatch(c ->
                    c == '+'
                        || Character.isWhitespace(c)
                        || Character.isSpaceChar(c)
                        || Character.isISOControl(c)
                        || (c >= 0xd800 && c <= 0xdfff));
    if (!good) {
      throw new BadInput("key name is empty or has a space or a plus in it");
    }
  }

  private static byte[] concat(byte[] first, byte[] second) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(first.length + second.length);
    out.writeBytes(first);
    out.writeBytes(second);
    return out.toByteArray();
  }

  private static PublicKey ed25519(byte[] raw) throws BadInput {
    try {
      return KeyFactory.getInstance("Ed25519")
          .generatePublic(new X509EncodedKeySpec(concat(SPKI_PREFIX, raw)));
    } catch (GeneralSecurityException e) {
      throw new BadInput("Ed25519 key is not valid", e);
    }
  }

  @Override
  public String toString() {
    return vkey();
  }
}
