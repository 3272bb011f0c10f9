package dev.sallyport.supplychain;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Pem;
import dev.sallyport.keys.SigningKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;

/** An ML-DSA-65 private key (FIPS 204). Its file holds PKCS #8 and SPKI, both as PEM. */
public final class MlDsaSigningKey {
  private static final String ALGORITHM = "ML-DSA-65";

  private final PrivateKey key;
  private final MlDsaKey verifyingKey;

  private MlDsaSigningKey(PrivateKey key, MlDsaKey verifyingKey) {
    this.key = key;
    this.verifyingKey = verifyingKey;
  }

  public static MlDsaSigningKey generate() {
    try {
      KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
      return new MlDsaSigningKey(
          pair.getPrivate(), MlDsaKey.fromSpki(pair.getPublic().getEncoded()));
    } catch (GeneralSecurityException | BadInput e) {
      throw new IllegalStateException("internal error: every JDK 25 has ML-DSA", e);
    }
  }

  /** Reads PEM; the caller wipes the text. */
  public static MlDsaSigningKey read(byte[] pem) throws BadInput {
    byte[] pkcs8 =
        Pem.find(pem, "PRIVATE KEY")
            .orElseThrow(() -> new BadInput("file has no PEM block PRIVATE KEY"));
    try {
      PrivateKey key =
          KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      MlDsaSigningKey read = new MlDsaSigningKey(key, MlDsaKey.fromPem(pem));
      byte[] probe = "is this one pair?".getBytes(StandardCharsets.US_ASCII);
      read.verifyingKey.verify(probe, read.sign(probe));
      return read;
    } catch (GeneralSecurityException e) {
      throw new BadInput("private key is not an ML-DSA-65 key", e);
    } finally {
      Arrays.fill(pkcs8, (byte) 0);
    }
  }

  public MlDsaKey verifyingKey() {
    return verifyingKey;
  }

  /** A signature with an empty context. */
  public byte[] sign(byte[] message) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initSign(key);
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("internal error: key that was read cannot sign", e);
    }
  }

  /** Writes private and public key, mode 0600; fails if the file exists. */
  public void write(Path file) throws IOException {
    SigningKey.writePrivate(file, key, verifyingKey.spki());
  }

  @Override
  public String toString() {
    return "MlDsaSigningKey[" + verifyingKey.hint() + "]";
  }
}
