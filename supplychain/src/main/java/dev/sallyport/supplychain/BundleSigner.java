package dev.sallyport.supplychain;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.CertificateChain;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Signs models for verifiers elsewhere: an EC key with its public key or certificates, or an
 * ML-DSA-65 key. What counts inside an installation is the signature of {@code envelope.Manifest}
 * alone.
 */
public final class BundleSigner {
  private final UnaryOperator<byte[]> key;
  private final Json.Obj material;

  private BundleSigner(UnaryOperator<byte[]> key, Json.Obj material) {
    this.key = key;
    this.material = material;
  }

  /** With a key whose public side verifiers have. */
  public static BundleSigner of(EcSigningKey key) {
    return new BundleSigner(key::sign, hinted(Trust.Key.hints(key.verifyingKey()).getFirst()));
  }

  /** With an ML-DSA-65 key. */
  public static BundleSigner of(MlDsaSigningKey key) {
    return new BundleSigner(key::sign, hinted(key.verifyingKey().hint()));
  }

  /** With certificates, the signing one first; they go into the bundle. */
  public static BundleSigner of(EcSigningKey key, CertificateChain chain) throws BadInput {
    if (!CertificateChain.keyId(chain.leaf()).equals(key.verifyingKey().id())) {
      throw new BadInput("the first certificate is not for this key");
    }
    Trust.Anchors.requireMaySign(chain.leaf());
    List<Json> certificates = new ArrayList<>();
    try {
      for (X509Certificate c : chain.certificates()) {
        certificates.add(Json.obj().put("rawBytes", c.getEncoded()).build());
      }
    } catch (CertificateEncodingException e) {
      throw new BadInput("certificate cannot be written", e);
    }
    Json.Obj list = Json.obj().put("certificates", Json.arr(certificates)).build();
    return new BundleSigner(key::sign, material("x509CertificateChain", list));
  }

  /** The bundle over this statement. */
  public Json.Obj sign(ModelStatement statement) {
    return bundle(statement.payload());
  }

  /** The bundle over a statement that was made elsewhere, byte for byte. */
  public Json.Obj sign(byte[] payload) throws BadInput {
    // What we sign must be what we accept.
    var _ = ModelStatement.parse(payload);
    return bundle(payload);
  }

  private Json.Obj bundle(byte[] payload) {
    Json.Obj signature =
        Json.obj().put("sig", key.apply(Dsse.preAuthEncoding(payload))).put("keyid", "").build();
    Json.Obj envelope =
        Json.obj()
            .put("payload", payload)
            .put("payloadType", Dsse.PAYLOAD_TYPE)
            .put("signatures", Json.arr(List.of(signature)))
            .build();
    return Json.obj()
        .put("mediaType", UnverifiedBundle.MEDIA_TYPE)
        .put("verificationMaterial", material)
        .put("dsseEnvelope", envelope)
        .build();
  }

  private static Json.Obj hinted(String hint) {
    return material("publicKey", Json.obj().put("hint", hint).build());
  }

  private static Json.Obj material(String kind, Json.Obj value) {
    return Json.obj().put(kind, value).put("tlogEntries", Json.arr(List.of())).build();
  }
}
