package dev.sallyport.keys;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The public side's parsing; wrapping is tested with its private side, in the custody room. */
class RecipientTest {
  @Test
  void refusesAKeyOfWrongLength() {
    BadInput e = assertThrows(BadInput.class, () -> Recipient.parse(new byte[1215]));
    assertTrue(e.getMessage().contains("1215 bytes"), e.getMessage());
  }

  @Test
  void refusesCoefficientsOutOfRange() {
    byte[] key = new byte[XWing.PUBLIC_LENGTH];
    Arrays.fill(key, (byte) 0xff);
    assertThrows(BadInput.class, () -> Recipient.parse(key));
  }

  @Test
  void refusesAPointOfSmallOrder() throws Exception {
    byte[] spki =
        KeyPairGenerator.getInstance("ML-KEM-768").generateKeyPair().getPublic().getEncoded();
    byte[] raw = Arrays.copyOfRange(spki, spki.length - XWing.ML_KEM_PUBLIC, spki.length);
    assertThrows(BadInput.class, () -> Recipient.parse(Arrays.copyOf(raw, XWing.PUBLIC_LENGTH)));
  }

  @Test
  void refusesHexThatIsNotLowerCase() throws Exception {
    byte[] spki =
        KeyPairGenerator.getInstance("ML-KEM-768").generateKeyPair().getPublic().getEncoded();
    byte[] key =
        Arrays.copyOf(
            Arrays.copyOfRange(spki, spki.length - XWing.ML_KEM_PUBLIC, spki.length),
            XWing.PUBLIC_LENGTH);
    key[XWing.ML_KEM_PUBLIC] = 9;
    Recipient recipient = Recipient.parse(key);
    assertThrows(
        BadInput.class,
        () -> Recipient.fromHex(recipient.hex().toUpperCase(java.util.Locale.ROOT)));
  }
}
