package dev.sallyport.supplychain;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.keys.CertificateChain;
import dev.sallyport.keys.Der;
import dev.sallyport.keys.EcKey;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A certificate log's promise inside a certificate (SCT, RFC 6962 §3.2): signed over the
 * certificate without the promise, and the key of its issuer.
 */
final class CertificateTimestamp {
  private static final String LIST = "1.3.6.1.4.1.11129.2.4.2";
  private static final byte[] LIST_OID = {0x2b, 6, 1, 4, 1, (byte) 0xd6, 0x79, 2, 4, 2};
  private static final int EXTENSIONS = 0xa3;
  private static final int SHA256 = 4;
  private static final int ECDSA = 3;

  private CertificateTimestamp() {}

  /** Fails unless the first promise is one of a log that the root trusts. */
  static void requireLogged(X509Certificate leaf, X509Certificate issuer, TrustedRoot root)
      throws BadInput {
    byte[] list = Der.parse(CertificateChain.extension(leaf, LIST)).content(Der.OCTET_STRING);
    try {
      ByteBuffer outer = ByteBuffer.wrap(list);
      ByteBuffer first = ByteBuffer.wrap(block(outer.slice(2, u16(outer, list.length - 2))));
      verify(first, leaf, issuer, root);
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw new BadInput("certificate timestamp ends too early", e);
    }
  }

  /** A length of two bytes, which must be that. */
  private static int u16(ByteBuffer in, int expected) throws BadInput {
    int length = in.getShort() & 0xffff;
    if (length != expected) {
      throw new BadInput("certificate timestamps of " + length + " bytes; " + expected + " follow");
    }
    return length;
  }

  private static byte[] block(ByteBuffer in) {
    byte[] out = new byte[Math.min(in.getShort() & 0xffff, in.remaining())];
    in.get(out);
    return out;
  }

  private static void verify(
      ByteBuffer sct, X509Certificate leaf, X509Certificate issuer, TrustedRoot root)
      throws BadInput {
    if (sct.get() != 0) {
      throw new BadInput("certificate timestamp is not of version 1");
    }
    byte[] id = new byte[Digest.LENGTH];
    sct.get(id);
    long at = sct.getLong();
    byte[] extensions = block(sct);
    if (sct.get() != SHA256 || sct.get() != ECDSA) {
      throw new BadInput("certificate timestamp is not signed with ECDSA and SHA-256");
    }
    byte[] signature = block(sct);
    EcKey log = root.certificateLog(Digest.fromBytes(id), Instant.ofEpochMilli(at));
    log.verify(signed(at, leaf, issuer, extensions), signature);
  }

  private static byte[] signed(
      long at, X509Certificate leaf, X509Certificate issuer, byte[] extensions) throws BadInput {
    byte[] body = withoutList(leaf);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {0, 0}); // version 1, certificate timestamp
    out.writeBytes(ByteBuffer.allocate(8).putLong(at).array());
    out.writeBytes(new byte[] {0, 1}); // a precertificate
    out.writeBytes(CertificateChain.keyId(issuer).bytes());
    out.writeBytes(
        new byte[] {(byte) (body.length >> 16), (byte) (body.length >> 8), (byte) body.length});
    out.writeBytes(body);
    out.writeBytes(new byte[] {(byte) (extensions.length >> 8), (byte) extensions.length});
    out.writeBytes(extensions);
    return out.toByteArray();
  }

  /** The certificate's body without the list of timestamps. */
  private static byte[] withoutList(X509Certificate leaf) throws BadInput {
    try {
      List<Der> fields = new ArrayList<>();
      for (Der field : Der.parse(leaf.getTBSCertificate()).items()) {
        fields.add(field.tag() == EXTENSIONS ? stripped(field) : field);
      }
      return Der.of(Der.SEQUENCE, fields).encoded();
    } catch (CertificateEncodingException e) {
      throw new BadInput("certificate cannot be written", e);
    }
  }

  private static Der stripped(Der extensions) throws BadInput {
    List<Der> kept = new ArrayList<>();
    for (Der extension : extensions.last().items()) {
      byte[] oid = extension.items().isEmpty() ? new byte[0] : extension.items().get(0).content();
      if (!Arrays.equals(oid, LIST_OID)) {
        kept.add(extension);
      }
    }
    return Der.of(EXTENSIONS, List.of(Der.of(Der.SEQUENCE, kept)));
  }
}
