package dev.sallyport.audit;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.keys.VerifyingKey;
import dev.sallyport.tlog.LogKey;
import dev.sallyport.tlog.WitnessKey;

/** Which log this is: its key, whose name is the origin, and its witness's key. */
public record LogIdentity(LogKey log, WitnessKey witness) {

  /** The log of an installation. */
  public static LogIdentity of(TrustRoot root) throws BadInput {
    return of(root.origin(), root.serverLog(), root.witness());
  }

  public static LogIdentity of(String origin, VerifyingKey log, VerifyingKey witness)
      throws BadInput {
    return new LogIdentity(LogKey.of(origin, log.raw()), WitnessKey.of(origin, witness.raw()));
  }

  public String origin() {
    return log.name();
  }
}
