package dev.sallyport.custodytpm;

import dev.sallyport.core.Digest;
import dev.sallyport.keys.Secret;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.KeyAgreement;

/**
 * The ECC P-256 storage key of the owner hierarchy, the same one every time until the TPM is
 * cleared: parent of what is sealed, and the key to which sessions are salted. Its name is all that
 * tells the TPM from something between, so it is compared before anything is salted to it.
 */
final class StorageKey implements AutoCloseable {
  private static final int COORDINATE = 32;

  /** TPMT_PUBLIC up to the point, which the TPM fills in. */
  private static final byte[] TEMPLATE =
      Tpm.head(Tpm.ECC, Tpm.STORAGE_KEY, new byte[0])
          .u16(Tpm.AES) // protects children
          .u16(Tpm.AES_BITS)
          .u16(Tpm.CFB)
          .u16(Tpm.ALG_NULL)
          .u16(Tpm.P256)
          .u16(Tpm.ALG_NULL)
          .written();

  private final Tpm.Handle handle;
  private final byte[] area;
  private final byte[] x;
  private final byte[] y;

  private StorageKey(Tpm.Handle handle, byte[] area, byte[] x, byte[] y) {
    this.handle = handle;
    this.area = area;
    this.x = x;
    this.y = y;
  }

  /**
   * Has the TPM make it.
   *
   * @param pinned its name as it was; empty where there is none yet to compare with
   */
  static StorageKey make(Tpm tpm, Optional<Digest> pinned) throws IOException {
    byte[] point = TpmBuffer.empty().u16(0).u16(0).written();
    TpmBuffer made = tpm.make(TpmBuffer.empty().raw(TEMPLATE).raw(point).written());
    Tpm.Handle handle = tpm.handle(made);
    try {
      made.u32();
      byte[] area = made.sized();
      TpmBuffer in = TpmBuffer.of(area);
      if (!Arrays.equals(in.raw(TEMPLATE.length), TEMPLATE)) {
        throw new IOException("the TPM's storage key is not of the kind that was asked for");
      }
      StorageKey key = new StorageKey(handle, area, in.sized(), in.sized());
      if (pinned.isPresent() && !pinned.get().equals(key.name())) {
        throw new IOException(
            "its storage key is not the root key file's; this is another TPM, or it was cleared, or"
                + " something on the bus poses as it");
      }
      return key;
    } catch (IOException e) {
      handle.abandon(e);
      throw e;
    }
  }

  /** The digest in its name; the other part of it is always SHA-256. */
  Digest name() {
    return Digest.of(area);
  }

  Entity entity() {
    return Entity.of(handle.value(), area, Optional.empty());
  }

  /** A fresh secret, and the point from which this key alone derives it (part 1, annex C.6). */
  static final class Salt implements AutoCloseable {
    private final Secret secret;
    private final byte[] encrypted;

    private Salt(Secret secret, byte[] encrypted) {
      this.secret = secret;
      this.encrypted = encrypted;
    }

    Secret secret() {
      return secret;
    }

    /** TPMS_ECC_POINT. */
    byte[] encrypted() {
      return encrypted;
    }

    @Override
    public void close() {
      secret.close();
    }
  }

  Salt salt() throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair own = generator.generateKeyPair();
      ECPublicKey sent = (ECPublicKey) own.getPublic();
      PublicKey theirs =
          KeyFactory.getInstance("EC")
              .generatePublic(
                  new ECPublicKeySpec(
                      new ECPoint(new BigInteger(1, x), new BigInteger(1, y)), sent.getParams()));
      KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
      agreement.init(own.getPrivate());
      agreement.doPhase(theirs, true);
      try (Secret z = Secret.take(agreement.generateSecret())) {
        byte[] sentX = padded(sent.getW().getAffineX());
        byte[] sentY = padded(sent.getW().getAffineY());
        return new Salt(
            Kdf.kdfE(z, "SECRET", sentX, x), TpmBuffer.empty().sized(sentX).sized(sentY).written());
      }
    } catch (GeneralSecurityException e) {
      throw new IOException("the TPM's storage key is no point of P-256", e);
    }
  }

  private static byte[] padded(BigInteger coordinate) {
    byte[] signed = coordinate.toByteArray();
    byte[] padded = new byte[COORDINATE];
    int length = Math.min(signed.length, COORDINATE);
    System.arraycopy(signed, signed.length - length, padded, COORDINATE - length, length);
    return padded;
  }

  @Override
  public void close() throws IOException {
    handle.close();
  }
}
