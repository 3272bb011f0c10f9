package dev.sallyport.supplychain;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.CertificateChain;
import dev.sallyport.keys.Der;
import dev.sallyport.keys.EcKey;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Trust in an identity of a Sigstore instance, decided offline: the certificate was issued to this
 * identity by this issuer, is under the instance's authority at the time at which the transparency
 * log took the entry, stands in a certificate log, and the entry is of this very signature.
 *
 * @param identity an e-mail address or URI, exactly
 * @param issuer the OIDC issuer, exactly
 */
public record SigstoreTrust(TrustedRoot root, String identity, String issuer) implements Trust {
  private static final String ISSUER_V1 = "1.3.6.1.4.1.57264.1.1";
  private static final String ISSUER_V2 = "1.3.6.1.4.1.57264.1.8";
  private static final int EMAIL = 1;
  private static final int URI = 6;
  private static final int UTF8_STRING = 0x0c;

  @Override
  public Signer verify(UnverifiedBundle bundle) throws BadInput {
    if (!(bundle.material() instanceof Material.Keyless m)) {
      throw new BadInput("bundle has no certificate of a Sigstore instance");
    }
    if (m.entries().size() != 1) {
      throw new BadInput(
          "bundle has " + m.entries().size() + " log entries; exactly one is understood");
    }
    X509Certificate leaf = m.certificate().leaf();
    RekorEntry entry = RekorEntry.parse(m.entries().getFirst());
    entry.verify(root);
    entry.requireIsOf(bundle, leaf);
    X509Certificate authority = requireIssued(m.certificate(), entry.integrated());
    CertificateTimestamp.requireLogged(leaf, authority, root);
    Anchors.requireMaySign(leaf);
    requireIdentity(leaf);
    EcKey.of(leaf.getPublicKey())
        .verify(Dsse.preAuthEncoding(bundle.payload()), bundle.signature());
    return new Signer(
        "sigstore",
        identity + " (" + issuer + ")",
        List.of("in the transparency log since " + entry.integrated()));
  }

  /** The certificate right above the leaf. */
  private X509Certificate requireIssued(CertificateChain leaf, Instant at) throws BadInput {
    List<byte[]> path = new ArrayList<>();
    BadInput last = new BadInput("no authority of the trusted root was trusted at " + at);
    for (TrustedRoot.Authority authority : root.authorities(at)) {
      List<X509Certificate> above = authority.chain().certificates();
      path.clear();
      path.add(encoded(leaf.leaf()));
      for (X509Certificate c : above.subList(0, above.size() - 1)) {
        path.add(encoded(c));
      }
      try {
        CertificateChain.parse(path).verifyUnder(List.of(above.getLast()), at);
        return above.getFirst();
      } catch (BadInput e) {
        last = e; // One of several authorities may hold; if none does, the last says why.
      }
    }
    throw last;
  }

  private static byte[] encoded(X509Certificate certificate) throws BadInput {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new BadInput("certificate cannot be written", e);
    }
  }

  private void requireIdentity(X509Certificate leaf) throws BadInput {
    List<String> names = names(leaf);
    if (!names.equals(List.of(identity))) {
      throw new BadInput("certificate is for " + clip(names) + ", not for " + Json.clip(identity));
    }
    String by = issuer(leaf);
    if (!by.equals(issuer)) {
      throw new BadInput("identity is from " + Json.clip(by) + ", not from " + Json.clip(issuer));
    }
  }

  private static String clip(List<String> names) {
    return names.stream().map(Json::clip).toList().toString();
  }

  private static List<String> names(X509Certificate leaf) throws BadInput {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> all = leaf.getSubjectAlternativeNames();
      for (List<?> name : all == null ? List.<List<?>>of() : all) {
        if ((name.get(0).equals(EMAIL) || name.get(0).equals(URI))
            && name.get(1) instanceof String text) {
          names.add(text);
        } else {
          throw new BadInput("certificate has a name that is neither e-mail address nor URI");
        }
      }
    } catch (CertificateParsingException e) {
      throw new BadInput("certificate's names cannot be read", e);
    }
    return names;
  }

  private static String issuer(X509Certificate leaf) throws BadInput {
    byte[] text =
        leaf.getExtensionValue(ISSUER_V2) != null
            ? Der.parse(CertificateChain.extension(leaf, ISSUER_V2)).content(UTF8_STRING)
            : CertificateChain.extension(leaf, ISSUER_V1);
    return new String(text, StandardCharsets.UTF_8);
  }
}
