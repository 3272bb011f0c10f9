package dev.sallyport.supplychain;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Der;
import dev.sallyport.keys.EcKey;
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
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * An EC private key for signatures that other implementations can verify. Reads PEM as OpenSSL
 * writes it: {@code PRIVATE KEY} (PKCS #8) or {@code EC PRIVATE KEY} (SEC 1), with the public key
 * inside or in a {@code PUBLIC KEY} block beside it.
 */
public final class EcSigningKey {
  private static final byte[] ID_EC = {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

  private final PrivateKey key;
  private final EcKey verifyingKey;

  private EcSigningKey(PrivateKey key, EcKey verifyingKey) {
    this.key = key;
    this.verifyingKey = verifyingKey;
  }

  /**
   * A new key.
   *
   * @param curve {@code secp256r1}, {@code secp384r1} or {@code secp521r1}
   */
  public static EcSigningKey generate(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      KeyPair pair = generator.generateKeyPair();
      return new EcSigningKey(pair.getPrivate(), EcKey.of(pair.getPublic()));
    } catch (GeneralSecurityException | BadInput e) {
      throw new IllegalStateException("internal error: every JDK has " + curve, e);
    }
  }

  /** Reads PEM; the caller wipes the text. */
  public static EcSigningKey read(byte[] pem) throws BadInput {
    Optional<byte[]> sec1 = Pem.find(pem, "EC PRIVATE KEY");
    byte[] pkcs8 =
        sec1.isPresent()
            ? pkcs8(sec1.get())
            : Pem.find(pem, "PRIVATE KEY")
                .orElseThrow(() -> new BadInput("file has no PEM block PRIVATE KEY"));
    try {
      PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      Optional<byte[]> beside = Pem.find(pem, "PUBLIC KEY");
      EcKey known = EcKey.fromSpki(beside.isPresent() ? beside.get() : publicKeyIn(pkcs8));
      EcSigningKey read = new EcSigningKey(key, known);
      byte[] probe = "is this one pair?".getBytes(StandardCharsets.US_ASCII);
      known.verify(probe, read.sign(probe));
      return read;
    } catch (GeneralSecurityException e) {
      throw new BadInput("private key is not an EC key", e);
    } finally {
      Arrays.fill(pkcs8, (byte) 0);
      sec1.ifPresent(bytes -> Arrays.fill(bytes, (byte) 0));
    }
  }

  public EcKey verifyingKey() {
    return verifyingKey;
  }

  /** A signature in DER, with the hash that goes with the curve. */
  public byte[] sign(byte[] message) {
    try {
      Signature signature = Signature.getInstance(verifyingKey.algorithm());
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

  /** SEC 1 as PKCS #8: the curve moves to the outside. */
  private static byte[] pkcs8(byte[] sec1) throws BadInput {
    Der curve = null;
    for (Der item : Der.parse(sec1).items()) {
      if (item.tag() == 0xa0) {
        curve = item.last();
      }
    }
    if (curve == null) {
      throw new BadInput("EC private key names no curve");
    }
    Der algorithm = Der.of(Der.SEQUENCE, List.of(Der.of(Der.OID, ID_EC), curve));
    Der version = Der.of(Der.INTEGER, new byte[1]);
    Der inner = Der.of(Der.OCTET_STRING, sec1);
    return Der.of(Der.SEQUENCE, List.of(version, algorithm, inner)).encoded();
  }

  private static byte[] publicKeyIn(byte[] pkcs8) throws BadInput {
    List<Der> outer = Der.parse(pkcs8).items();
    if (outer.size() >= 3) {
      for (Der item : Der.parse(outer.get(2).content(Der.OCTET_STRING)).items()) {
        if (item.tag() == 0xa1) {
          return Der.of(Der.SEQUENCE, List.of(outer.get(1), item.last())).encoded();
        }
      }
    }
    throw new BadInput("file has no public key; add its PEM block PUBLIC KEY");
  }

  @Override
  public String toString() {
    return "EcSigningKey[id=" + verifyingKey.id().brief() + "]";
  }
}
