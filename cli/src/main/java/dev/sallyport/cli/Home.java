package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.TrustRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where an installation keeps what (spec/key-release.md §1). */
record Home(Path path) {
  /** The register of risks, for the safety team to edit; nothing in it is secret or signed. */
  static final String RISK_REGISTER = "risk-register.json";

  private static final int MAX_TRUST_ROOT = 1 << 20;

  Path trustRoot() {
    return path.resolve("trust-root.json");
  }

  Path riskRegister() {
    return path.resolve(RISK_REGISTER);
  }

  /** Catalogues of controls of one's own, for the safety team to put there; nothing is signed. */
  Path catalogues() {
    return path.resolve("catalogues");
  }

  Path people() {
    return path.resolve("people");
  }

  Path server() {
    return path.resolve("server");
  }

  Path log() {
    return server().resolve("log");
  }

  Path vault() {
    return path.resolve("vault");
  }

  Path run() {
    return path.resolve("run");
  }

  Path control() {
    return run().resolve("server/control.sock");
  }

  Path witness() {
    return run().resolve("keyd/witness.sock");
  }

  Path keeper() {
    return run().resolve("keeper/keeper.sock");
  }

  /** This home, if an installation is there. */
  Home existing() throws Failure {
    if (!Files.isRegularFile(trustRoot())) {
      throw new Failure(
          Exit.MISSING, "no installation in " + path + "; make one with: sallyport init");
    }
    return this;
  }

  /** The trust root, its signatures verified. */
  TrustRoot readTrustRoot() throws Failure {
    try {
      return TrustRoot.parse(Envelope.parse(Bounded.read(existing().trustRoot(), MAX_TRUST_ROOT)));
    } catch (IOException | BadInput e) {
      throw new Failure(Exit.DATA, "trust-root.json: " + e.getMessage(), e);
    }
  }
}
