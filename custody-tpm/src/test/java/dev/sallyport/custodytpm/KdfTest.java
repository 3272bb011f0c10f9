package dev.sallyport.custodytpm;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sallyport.keys.Secret;
import java.util.HexFormat;
import javax.crypto.Cipher;
import org.junit.jupiter.api.Test;

/**
 * Against what OpenSSL 3.0 computes: {@code openssl kdf … KBKDF} in counter mode (salt is the
 * label, info both contexts), {@code openssl kdf … SSKDF}, {@code openssl enc -aes-128-cfb}.
 */
class KdfTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final byte[] U = HEX.parseHex("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
  private static final byte[] V = HEX.parseHex("b0b1b2b3b4b5b6b7b8b9babbbcbdbebf");

  @Test
  void kdfAIsTheCounterModeOfSp800_108() {
    try (Secret key = key();
        Secret derived = Kdf.kdfA(key, "ATH", U, V)) {
      assertEquals(
          "c4f8c300878fcde061c6930a425a8900e00334f3df40fb144ccd329e3b59118c", hex(derived));
    }
  }

  @Test
  void kdfEIsTheOneStepDerivationOfSp800_56() {
    try (Secret key = key();
        Secret derived = Kdf.kdfE(key, "SECRET", U, V)) {
      assertEquals(
          "81fb9ea2f14106f981d9f05edcd7ec38ef62fa51f0cb7aac6f05639fde322100", hex(derived));
    }
  }

  @Test
  void encryptsWhatIsNoMultipleOfABlockAndLeavesTheRest() {
    byte[] text = "<>forty-five bytes that are no multiple of 16..<>".getBytes(US_ASCII);
    byte[] bytes = text.clone();
    try (Secret key = key()) {
      Kdf.cfb(Cipher.ENCRYPT_MODE, bytes, 2, 45, key, U, V);
      assertEquals(
          HEX.formatHex("<>".getBytes(US_ASCII))
              + "0bcf815a3caa1c49bba4c67f14dbef22360f6026ec0b8beaf02053dd20984d88"
              + "6fe86f8334f2c5dab5bd3e242f"
              + HEX.formatHex("<>".getBytes(US_ASCII)),
          HEX.formatHex(bytes));
      Kdf.cfb(Cipher.DECRYPT_MODE, bytes, 2, 45, key, U, V);
      assertArrayEquals(text, bytes);
    }
  }

  private static Secret key() {
    return Secret.filled(
        32,
        out -> {
          for (int i = 0; i < out.length; i++) {
            out[i] = (byte) i;
          }
        });
  }

  private static String hex(Secret secret) {
    return secret.use(HEX::formatHex);
  }
}
