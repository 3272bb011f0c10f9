package dev.sallyport.envelope;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.Signed;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import java.util.ArrayList;
import java.util.List;

/**
 * A Sigstore bundle that claims to sign a model: structure and statement are checked, the signature
 * is not. {@link #verify} turns it into a {@link Manifest}.
 *
 * <p>Bundles of other people, with certificates or keys of other kinds, parse too; they do not
 * verify here, because trust in this installation comes from its trust root alone.
 */
public final class UnverifiedManifest {
  private final Json.Obj envelope;
  private final boolean keyed;
  private final Digest id;
  private final String model;
  private final List<ModelFile> files;

  private UnverifiedManifest(
      Json.Obj envelope, boolean keyed, Digest id, String model, List<ModelFile> files) {
    this.envelope = envelope;
    this.keyed = keyed;
    this.id = id;
    this.model = model;
    this.files = List.copyOf(files);
  }

  /** Reads a bundle from bytes. */
  public static UnverifiedManifest parse(byte[] utf8) throws BadInput {
    return parse(Json.parseObject(utf8));
  }

  /** Reads a bundle. */
  public static UnverifiedManifest parse(Json.Obj bundle) throws BadInput {
    if (!bundle.string("mediaType").equals(Manifest.MEDIA_TYPE)) {
      throw new BadInput("media type is not " + Manifest.MEDIA_TYPE);
    }
    boolean keyed = keyed(bundle.object("verificationMaterial"));
    Json.Obj envelope = bundle.object("dsseEnvelope");
    if (!envelope.string("payloadType").equals(Statement.PAYLOAD_TYPE)) {
      throw new BadInput("payload type is not " + Statement.PAYLOAD_TYPE);
    }
    if (envelope.objects("signatures").isEmpty()) {
      throw new BadInput("bundle has no signature");
    }
    byte[] payload = envelope.base64("payload");
    Statement statement = Statement.parse(payload);
    TrustRoot.requireType(statement, Manifest.PREDICATE_TYPE);
    Statement.Subject subject = statement.subject();
    List<ModelFile> files = files(statement.predicate());
    if (!Manifest.rootDigest(files).equals(subject.digest())) {
      throw new BadInput("subject digest is not that of the resources");
    }
    return new UnverifiedManifest(envelope, keyed, Digest.of(payload), subject.name(), files);
  }

  /** Which of the three kinds of verification material it has; exactly one is allowed. */
  private static boolean keyed(Json.Obj material) throws BadInput {
    boolean key = material.find("publicKey").isPresent();
    int kinds = key ? 1 : 0;
    kinds += material.find("certificate").isPresent() ? 1 : 0;
    kinds += material.find("x509CertificateChain").isPresent() ? 1 : 0;
    if (kinds != 1) {
      throw new BadInput("bundle has " + kinds + " kinds of verification material; one is needed");
    }
    return key;
  }

  private static List<ModelFile> files(Json.Obj predicate) throws BadInput {
    Json.Obj serialization = predicate.object("serialization");
    if (!serialization.string("method").equals("files")
        || !serialization.string("hash_type").equals("sha256")) {
      throw new BadInput("serialisation is not \"files\" with sha256");
    }
    List<ModelFile> files = new ArrayList<>();
    String before = "";
    for (Json.Obj resource : predicate.objects("resources")) {
      String name = resource.only("name", "algorithm", "digest").string("name");
      if (ModelFile.NAME_ORDER.compare(before, name) >= 0) {
        throw new BadInput("resource \"" + Json.clip(name) + "\" is empty, twice or out of order");
      }
      if (!resource.string("algorithm").equals("sha256")) {
        throw new BadInput("resource \"" + Json.clip(name) + "\" is not hashed with sha256");
      }
      files.add(new ModelFile(name, Digest.fromHex(resource.string("digest"))));
      before = name;
    }
    if (files.isEmpty()) {
      throw new BadInput("manifest lists no file");
    }
    return files;
  }

  /** The model's name as claimed. */
  public String model() {
    return model;
  }

  /** The files as claimed. */
  public List<ModelFile> files() {
    return files;
  }

  /**
   * Verifies the payload bytes as received against the people of the trust root. Every signature
   * must verify, and one must be by a system administrator, whose part sealing is.
   */
  public Manifest verify(TrustRoot root) throws BadInput {
    if (!keyed) {
      throw new BadInput("bundle is verified by a certificate; this installation knows keys only");
    }
    Signed signed = root.verify(Envelope.parse(envelope));
    if (!signed.id().equals(id)) {
      throw new IllegalStateException("internal error: verified other bytes than were parsed");
    }
    if (!signed.signedBy(Role.SYSTEM_ADMIN)) {
      throw new BadInput("manifest is signed by nobody of role " + Role.SYSTEM_ADMIN.label());
    }
    return new Manifest(id, model, files, signed.signers());
  }
}
