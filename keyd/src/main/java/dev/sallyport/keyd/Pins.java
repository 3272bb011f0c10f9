package dev.sallyport.keyd;

import dev.sallyport.attest.Attestations;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.tlog.LogKey;
import dev.sallyport.tlog.WitnessKey;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The pinned trust root, the keys in it that a log is verified with, and the vendors whose hardware
 * may vouch for a host.
 */
record Pins(TrustRoot root, LogKey log, WitnessKey witness, Attestations hardware) {
  private static final int LIMIT = 1 << 20;

  static Pins of(TrustRoot root) throws BadInput {
    return new Pins(
        root,
        LogKey.of(root.origin(), root.serverLog().raw()),
        WitnessKey.of(root.origin(), root.witness().raw()),
        Attestations.ofVendors());
  }

  /** Reads the trust root, which must be the one that the ceremony pinned. */
  static Pins read(Path trustRoot, StateFile pin) throws IOException, BadInput {
    Digest pinned = pin.load().digest("trustRoot");
    TrustRoot root = readRoot(trustRoot);
    if (!root.id().equals(pinned)) {
      throw new BadInput("trust root is " + root.id().brief() + "; pinned is " + pinned.brief());
    }
    return of(root);
  }

  /** Reads a trust root that all its people signed. */
  static TrustRoot readRoot(Path trustRoot) throws IOException, BadInput {
    return TrustRoot.parse(Envelope.parse(Bounded.read(trustRoot, LIMIT)));
  }

  static Json.Obj pin(TrustRoot root) {
    return Json.obj().put("trustRoot", root.id()).build();
  }
}
