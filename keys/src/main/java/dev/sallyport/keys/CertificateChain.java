package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * X.509 certificates as received, leaf first; nothing is verified until {@code verify}. Paths are
 * validated by the JDK (RFC 5280) offline: <b>revocation is not looked up</b>, and whoever reports
 * a result says so.
 */
public final class CertificateChain {
  private static final int MAX_CERTIFICATES = 10;
  private static final int MAX_LENGTH = 16 * 1024;
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\\s]*)-----END CERTIFICATE-----");

  private static final int BIT_STRING = 0x03;

  private final List<X509Certificate> certificates;

  private CertificateChain(List<X509Certificate> certificates) {
    this.certificates = List.copyOf(certificates);
  }

  /** Reads certificates in DER. */
  public static CertificateChain parse(List<byte[]> der) throws BadInput {
    if (der.isEmpty() || der.size() > MAX_CERTIFICATES) {
      throw new BadInput(
          "chain of " + der.size() + " certificates; 1 to " + MAX_CERTIFICATES + " are allowed");
    }
    List<X509Certificate> out = new ArrayList<>();
    for (byte[] bytes : der) {
      out.add(certificate(bytes));
    }
    return new CertificateChain(out);
  }

  /** Reads the PEM blocks of a text; text between them is ignored, as RFC 7468 has it. */
  public static CertificateChain parsePem(byte[] text) throws BadInput {
    if (text.length > MAX_CERTIFICATES * 2 * MAX_LENGTH) {
      throw new BadInput("PEM text is longer than " + MAX_CERTIFICATES * 2 * MAX_LENGTH + " bytes");
    }
    List<byte[]> der = new ArrayList<>();
    String ascii = new String(text, StandardCharsets.ISO_8859_1);
    for (MatchResult block : PEM.matcher(ascii).results().limit(MAX_CERTIFICATES + 1).toList()) {
      try {
        der.add(Base64.getDecoder().decode(block.group(1).replaceAll("\\s", "")));
      } catch (IllegalArgumentException e) {
        throw new BadInput("certificate " + (der.size() + 1) + " is not base64", e);
      }
    }
    return parse(der);
  }

  private static X509Certificate certificate(byte[] der) throws BadInput {
    if (der.length > MAX_LENGTH) {
      throw new BadInput("certificate of " + der.length + " bytes; limit " + MAX_LENGTH);
    }
    try {
      X509Certificate certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der));
      if (!Arrays.equals(certificate.getEncoded(), der)) {
        throw new BadInput("certificate has bytes after its end");
      }
      requireWholeBytes(der);
      return certificate;
    } catch (CertificateException e) {
      throw new BadInput("certificate is not X.509", e);
    }
  }

  /** The JDK lets a signature end in bits that do not count, so one could have two encodings. */
  private static void requireWholeBytes(byte[] der) throws BadInput {
    byte[] signature = Der.parse(der).last().content(BIT_STRING);
    if (signature.length < 1 || signature[0] != 0) {
      throw new BadInput("signature of a certificate is no whole number of bytes");
    }
  }

  /** The first certificate, whose key signed what the chain came with. */
  public X509Certificate leaf() {
    return certificates.getFirst();
  }

  /** The certificates, leaf first. */
  public List<X509Certificate> certificates() {
    return certificates;
  }

  /** When the youngest of the certificates began: the chain did not exist before. */
  public Instant began() {
    return certificates.stream()
        .map(c -> c.getNotBefore().toInstant())
        .max(Instant::compareTo)
        .orElseThrow();
  }

  /**
   * Fails unless the chain ends in a self-signed certificate whose key is one of these, and is
   * valid at that time.
   *
   * @param rootKeys SHA-256 of the SPKI of trusted roots
   * @return which root it was
   */
  public Digest verifyTo(Set<Digest> rootKeys, Instant asOf) throws BadInput {
    X509Certificate root = certificates.getLast();
    Digest key = keyId(root);
    if (certificates.size() < 2 || !rootKeys.contains(key)) {
      throw new BadInput("chain ends at key " + key.brief() + ", which is no trusted root");
    }
    try {
      root.verify(root.getPublicKey());
      root.checkValidity(Date.from(asOf));
    } catch (GeneralSecurityException e) {
      throw new BadInput("root certificate is not valid at " + asOf, e);
    }
    validate(certificates.subList(0, certificates.size() - 1), Set.of(root), asOf);
    return key;
  }

  /**
   * Fails unless the chain leads to one of these trusted certificates and is valid at that time.
   */
  public void verifyUnder(List<X509Certificate> anchors, Instant asOf) throws BadInput {
    List<X509Certificate> path = new ArrayList<>(certificates);
    // An anchor that was sent along is no part of the path.
    while (path.size() > 1 && anchors.contains(path.getLast())) {
      path.removeLast();
    }
    validate(path, Set.copyOf(anchors), asOf);
  }

  private static void validate(
      List<X509Certificate> path, Set<X509Certificate> anchors, Instant asOf) throws BadInput {
    if (anchors.isEmpty()) {
      throw new BadInput("no trusted certificate is given");
    }
    try {
      PKIXParameters parameters =
          new PKIXParameters(
              anchors.stream().map(a -> new TrustAnchor(a, null)).collect(Collectors.toSet()));
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(asOf));
      CertPath certPath = CertificateFactory.getInstance("X.509").generateCertPath(path);
      CertPathValidator.getInstance("PKIX").validate(certPath, parameters);
    } catch (CertPathValidatorException e) {
      throw new BadInput(
          "certificate " + (e.getIndex() + 1) + " is not valid at " + asOf + ": " + e.getReason(),
          e);
    } catch (CertificateException e) {
      throw new BadInput("certificates are no chain", e);
    } catch (InvalidAlgorithmParameterException | NoSuchAlgorithmException e) {
      throw new IllegalStateException("internal error: every JDK validates PKIX paths", e);
    }
  }

  /** SHA-256 of the certificate's SPKI. */
  public static Digest keyId(X509Certificate certificate) {
    return Digest.of(certificate.getPublicKey().getEncoded());
  }

  /**
   * The content of an extension, without the octet string around it.
   *
   * @param oid in dotted form
   */
  public static byte[] extension(X509Certificate certificate, String oid) throws BadInput {
    byte[] wrapped = certificate.getExtensionValue(oid);
    if (wrapped == null) {
      throw new BadInput("certificate has no extension " + oid);
    }
    return Der.parse(wrapped).content(Der.OCTET_STRING);
  }
}
