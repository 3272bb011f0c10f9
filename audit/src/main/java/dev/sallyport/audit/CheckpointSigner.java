package dev.sallyport.audit;

import dev.sallyport.audit.AuditFailure.Reason;
import dev.sallyport.core.BadInput;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.tlog.Checkpoint;
import dev.sallyport.tlog.LogKey;
import dev.sallyport.tlog.TreeHead;

/** Signs heads of one log with its key. Only heads of durable entries are signed. */
final class CheckpointSigner implements Appender.HeadSigner {
  private final LogKey key;
  private final SigningKey signingKey;

  CheckpointSigner(LogIdentity identity, SigningKey signingKey) throws AuditFailure {
    this.key = identity.log();
    this.signingKey = signingKey;
    try {
      LogKey own = LogKey.of(identity.origin(), signingKey.verifyingKey().raw());
      if (!own.vkey().equals(key.vkey())) {
        throw AuditFailure.corrupt("log key is not that of the trust root");
      }
    } catch (BadInput e) {
      throw new AuditFailure(Reason.CORRUPT, "log key: " + e.getMessage(), e);
    }
  }

  @Override
  public String sign(TreeHead head) {
    String text = new Checkpoint(key.name(), head.size(), head.root()).text();
    return text + "\n" + key.signatureLine(signingKey.sign(key.message(text)));
  }
}
