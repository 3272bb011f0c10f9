package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;

/**
 * An Ed25519 private key (RFC 8032). It signs and opens nothing.
 *
 * <p>The file form is PEM: the PKCS #8 private key (RFC 8410) followed by the SPKI public key.
 */
public final class SigningKey {
  private static final int MAX_FILE = 4096;

  private final PrivateKey key;
  private final VerifyingKey verifyingKey;

  private SigningKey(PrivateKey key, VerifyingKey verifyingKey) {
    this.key = key;
    this.verifyingKey = verifyingKey;
  }

  /** A fresh key from the system's random source. */
  public static SigningKey generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
      generator.initialize(NamedParameterSpec.ED25519, new SecureRandom());
      KeyPair pair = generator.generateKeyPair();
      return new SigningKey(
          pair.getPrivate(), VerifyingKey.fromSpki(pair.getPublic().getEncoded()));
    } catch (GeneralSecurityException | BadInput e) {
      throw new IllegalStateException("internal error: every JDK 25 has Ed25519", e);
    }
  }

  /** Reads the file form. */
  public static SigningKey read(Path file) throws IOException, BadInput {
    String name = "key file " + file.getFileName();
    if (Files.size(file) > MAX_FILE) {
      throw new BadInput(name + " is longer than " + MAX_FILE + " bytes; it holds no Ed25519 key");
    }
    byte[] text = Bounded.read(file, MAX_FILE);
    try {
      PrivateKey key =
          KeyFactory.getInstance("Ed25519")
              .generatePrivate(new PKCS8EncodedKeySpec(block(text, "PRIVATE KEY", name)));
      SigningKey read = new SigningKey(key, VerifyingKey.fromSpki(block(text, "PUBLIC KEY", name)));
      byte[] probe = "sallyport key file probe".getBytes(StandardCharsets.US_ASCII);
      read.verifyingKey.verify(probe, read.sign(probe));
      return read;
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new BadInput(name + " does not hold an Ed25519 key", e);
    }
  }

  /** Writes the file form to a new file that only its owner may read. */
  public void write(Path file) throws IOException {
    writePrivate(file, key, verifyingKey.spki());
  }

  /** Writes a private key (PKCS #8) and its SPKI to a new file that only its owner may read. */
  public static void writePrivate(Path file, PrivateKey key, byte[] spki) throws IOException {
    byte[] der = key.getEncoded();
    String text = Pem.write("PRIVATE KEY", der) + Pem.write("PUBLIC KEY", spki);
    Arrays.fill(der, (byte) 0);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(
        file,
        text.getBytes(StandardCharsets.US_ASCII),
        StandardOpenOption.WRITE,
        StandardOpenOption.SYNC);
  }

  public VerifyingKey verifyingKey() {
    return verifyingKey;
  }

  /** The 64-byte signature of {@code message}. */
  public byte[] sign(byte[] message) {
    try {
      Signature signer = Signature.getInstance("Ed25519");
      signer.initSign(key);
      signer.update(message);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("internal error: every JDK 25 has Ed25519", e);
    }
  }

  private static byte[] block(byte[] text, String label, String name) throws BadInput {
    return Pem.find(text, label)
        .orElseThrow(() -> new BadInput(name + " has no PEM block " + label));
  }

  @Override
  public String toString() {
    return "SigningKey[id=" + verifyingKey.id().brief() + "]";
  }
}
