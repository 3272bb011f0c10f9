package dev.sallyport.tlog;

import dev.sallyport.core.BadInput;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;

/** One signature line of a note, as claimed: {@code — name base64(key id || blob)}. */
record NoteSignature(String name, String base64) {
  private static final String DASH = "\u2014 ";

  static NoteSignature parse(String line) throws BadInput {
    int space = line.indexOf(' ', DASH.length());
    if (!line.startsWith(DASH) || space < 0) {
      throw new BadInput("signature line of the note has not the form: dash, name, base64");
    }
    NoteSignature signature =
        new NoteSignature(line.substring(DASH.length(), space), line.substring(space + 1));
    NoteKey.requireName(signature.name);
    signature.requireStrictBase64();
    return signature;
  }

  private void requireStrictBase64() throws BadInput {
    try {
      byte[] decoded = Base64.getDecoder().decode(base64);
      if (decoded.length > 4 && Base64.getEncoder().encodeToString(decoded).equals(base64)) {
        return;
      }
    } catch (IllegalArgumentException e) {
      throw new BadInput("signature in the note is not base64", e);
    }
    throw new BadInput("signature in the note is not strict base64 of more than 4 bytes");
  }

  int keyId() {
    return ByteBuffer.wrap(Base64.getDecoder().decode(base64)).getInt();
  }

  byte[] blob() {
    byte[] decoded = Base64.getDecoder().decode(base64);
    return Arrays.copyOfRange(decoded, 4, decoded.length);
  }
}
