package dev.sallyport.supplychain;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.CertificateChain;
import dev.sallyport.keys.EcKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** What a verifier believes, one kind per way of signing. */
public sealed interface Trust permits Trust.Key, Trust.PostQuantum, Trust.Anchors, SigstoreTrust {
  /** Who signed; the lines are for people, and say what was not checked. */
  record Signer(String kind, String name, List<String> notes) {
    public Signer {
      notes = List.copyOf(notes);
    }
  }

  /** Fails unless what is believed in signed the bundle's payload. */
  Signer verify(UnverifiedBundle bundle) throws BadInput;

  /** One EC key, on P-256, P-384 or P-521. */
  record Key(EcKey key) implements Trust {
    @Override
    public Signer verify(UnverifiedBundle bundle) throws BadInput {
      if (!(bundle.material() instanceof Material.Key m)) {
        throw new BadInput("bundle is verified by a certificate, not by a key");
      }
      if (!m.hint().isEmpty() && !hints(key).contains(m.hint())) {
        throw new BadInput("bundle names another key: " + Json.clip(m.hint()));
      }
      key.verify(Dsse.preAuthEncoding(bundle.payload()), bundle.signature());
      return new Signer("key", key.id().toString(), List.of());
    }

    /** SHA-256 over the key's PEM, as other implementations write it, or over its SPKI. */
    static List<String> hints(EcKey key) {
      return List.of(Digest.of(key.pem()).hex(), key.id().hex());
    }
  }

  /** One ML-DSA-65 key. */
  record PostQuantum(MlDsaKey key) implements Trust {
    @Override
    public Signer verify(UnverifiedBundle bundle) throws BadInput {
      if (!(bundle.material() instanceof Material.Key m) || !m.hint().equals(key.hint())) {
        throw new BadInput("bundle does not name this ML-DSA-65 key");
      }
      key.verify(Dsse.preAuthEncoding(bundle.payload()), bundle.signature());
      return new Signer("ml-dsa-65", key.hint(), List.of());
    }
  }

  /** Certificates under which the signing one must lie. */
  record Anchors(CertificateChain anchors) implements Trust {
    private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

    @Override
    public Signer verify(UnverifiedBundle bundle) throws BadInput {
      CertificateChain chain =
          switch (bundle.material()) {
            case Material.Chain m -> m.certificates();
            // A signer whose certificate lies right under an anchor may send it alone.
            case Material.Keyless m -> m.certificate();
            case Material.Key k -> throw new BadInput("bundle has no certificate");
          };
      X509Certificate leaf = chain.leaf();
      // Nobody vouches for the time of signing: like other implementations we take the moment at
      // which the signing certificate began, and say so.
      Instant asOf = leaf.getNotBefore().toInstant();
      chain.verifyUnder(anchors.certificates(), asOf);
      requireMaySign(leaf);
      EcKey.of(leaf.getPublicKey())
          .verify(Dsse.preAuthEncoding(bundle.payload()), bundle.signature());
      return new Signer(
          "certificate",
          leaf.getSubjectX500Principal().getName(),
          List.of(
              "certificates checked as of " + asOf + "; nobody vouches for the time of signing",
              "revocation was not looked up"));
    }

    static void requireMaySign(X509Certificate leaf) throws BadInput {
      boolean[] usage = leaf.getKeyUsage();
      try {
        List<String> extended = leaf.getExtendedKeyUsage();
        boolean may =
            (usage != null && usage[0]) || (extended != null && extended.contains(CODE_SIGNING));
        if (!may) {
          throw new BadInput("certificate is not for signing");
        }
      } catch (CertificateParsingException e) {
        throw new BadInput("certificate's key usage cannot be read", e);
      }
    }
  }
}
