package dev.sallyport.supplychain;

import dev.sallyport.core.Digest;

/** What a trusted key signed about a model. Only {@link UnverifiedBundle#verify} makes one. */
public final class ModelSignature {
  private final ModelStatement statement;
  private final Digest payload;
  private final Trust.Signer signer;

  ModelSignature(ModelStatement statement, Digest payload, Trust.Signer signer) {
    this.statement = statement;
    this.payload = payload;
    this.signer = signer;
  }

  public ModelStatement statement() {
    return statement;
  }

  /** SHA-256 of the signed bytes. */
  public Digest payload() {
    return payload;
  }

  /** Who signed, and how that was established. */
  public Trust.Signer signer() {
    return signer;
  }
}
