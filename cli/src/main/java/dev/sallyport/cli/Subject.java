package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.risk.ControlEvidence;
import dev.sallyport.risk.Evidence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What evidence is about: a model as the server knows it, or the installation. */
record Subject(String name, Digest digest) {

  static Subject of(Session session, @Nullable String model) throws Failure, BadInput {
    if (model == null) {
      return new Subject(ControlEvidence.INSTALLATION, session.home().readTrustRoot().id());
    }
    Json.Obj known = session.control().ask("model", Json.obj().put("model", model));
    return new Subject(known.string("model"), known.digest("manifest"));
  }

  /** The metric by which the thresholds in force judge this area. */
  String metric(Session session, String area) throws Failure, BadInput {
    for (Json.Obj known : session.control().ask("areas").objects("areas")) {
      if (known.string("area").equals(area)) {
        return known.string("metric");
      }
    }
    throw new Failure(Exit.USAGE, "area \"" + area + "\" is not in the thresholds");
  }

  /** Signs and hands in. */
  int submit(Session session, SignAs signAs, Evidence evidence) throws Failure {
    Digest id = handIn(session, signAs, evidence);
    Json.Obj result =
        Json.obj()
            .put("evidence", id)
            .put("subject", name)
            .put("validUntil", evidence.validUntil())
            .build();
    session.print(
        result, List.of("evidence    " + id, "counts      until " + evidence.validUntil()));
    return Exit.OK.status();
  }

  /** Signs and hands in without a word; returns the id. */
  static Digest handIn(Session session, SignAs signAs, Evidence evidence) throws Failure {
    Envelope envelope = signAs.sign(session.home(), evidence.statement());
    session.control().submit(envelope);
    return envelope.id();
  }
}
