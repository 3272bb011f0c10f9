package dev.sallyport.attest;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Recipient;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;

/** Bindings of requests that only differ where they are told to. */
final class Bindings {
  private static final Recipient ONE = recipient();
  private static final Recipient TWO = recipient();

  private Bindings() {}

  static Binding of(int nonce) {
    return Binding.of(nonce(nonce), ONE);
  }

  static Binding otherRecipient(int nonce) {
    return Binding.of(nonce(nonce), TWO);
  }

  private static byte[] nonce(int value) {
    byte[] nonce = new byte[16];
    nonce[15] = (byte) value;
    return nonce;
  }

  private static Recipient recipient() {
    try {
      byte[] kem =
          KeyPairGenerator.getInstance("ML-KEM-768").generateKeyPair().getPublic().getEncoded();
      byte[] x = KeyPairGenerator.getInstance("X25519").generateKeyPair().getPublic().getEncoded();
      byte[] both = new byte[1216];
      System.arraycopy(kem, kem.length - 1184, both, 0, 1184);
      System.arraycopy(x, x.length - 32, both, 1184, 32);
      return Recipient.parse(both);
    } catch (BadInput | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
