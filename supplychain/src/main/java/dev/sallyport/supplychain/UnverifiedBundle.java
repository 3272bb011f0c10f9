package dev.sallyport.supplychain;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;

/**
 * A Sigstore bundle v0.3 with a DSSE envelope, as received: its form is checked, its signature is
 * not. {@link #verify} turns it into a {@link ModelSignature}.
 */
public final class UnverifiedBundle {
  /** The longest bundle, in bytes; 10,000 files take about 2 MB. */
  public static final int MAX_BYTES = 64 << 20;

  static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

  private final Material material;
  private final byte[] payload;
  private final byte[] signature;
  private final ModelStatement statement;

  private UnverifiedBundle(
      Material material, byte[] payload, byte[] signature, ModelStatement statement) {
    this.material = material;
    this.payload = payload;
    this.signature = signature;
    this.statement = statement;
  }

  /** Reads a bundle from bytes. */
  public static UnverifiedBundle parse(byte[] utf8) throws BadInput {
    if (utf8.length > MAX_BYTES) {
      throw new BadInput("bundle of " + utf8.length + " bytes; limit " + MAX_BYTES);
    }
    Json.Obj bundle = Json.parseObject(utf8);
    if (!bundle.string("mediaType").equals(MEDIA_TYPE)) {
      throw new BadInput("media type is not " + MEDIA_TYPE);
    }
    Material material = Material.parse(bundle.object("verificationMaterial"));
    Json.Obj envelope = bundle.object("dsseEnvelope");
    if (!envelope.string("payloadType").equals(Dsse.PAYLOAD_TYPE)) {
      throw new BadInput("payload type is not " + Dsse.PAYLOAD_TYPE);
    }
    var signatures = envelope.objects("signatures");
    if (signatures.size() != 1) {
      throw new BadInput(
          "envelope has " + signatures.size() + " signatures; a bundle carries exactly one");
    }
    byte[] payload = envelope.base64("payload");
    return new UnverifiedBundle(
        material, payload, signatures.getFirst().base64("sig"), ModelStatement.parse(payload));
  }

  /** How many resources it claims to sign. */
  int resources() {
    return statement.resources().size();
  }

  Material material() {
    return material;
  }

  /** The payload bytes as received, over which the signature is. */
  byte[] payload() {
    return payload.clone();
  }

  byte[] signature() {
    return signature.clone();
  }

  /** The payload's digest: two bundles over one statement have the same. */
  public Digest payloadDigest() {
    return Digest.of(payload);
  }

  /** Verifies the payload bytes as received. */
  public ModelSignature verify(Trust trust) throws BadInput {
    Trust.Signer signer = trust.verify(this);
    return new ModelSignature(statement, Digest.of(payload), signer);
  }
}
