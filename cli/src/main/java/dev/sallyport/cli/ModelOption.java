package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.TrustRoot;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The model for which the state of controls is shown. */
final class ModelOption {
  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "Say of each control whether it is effective for this model now, until when.")
  private @Nullable String model;

  /** Whether a model was named: then the server has to run. */
  boolean given() {
    return model != null;
  }

  /** How controls stand for the last version of the model; empty if none was named. */
  Optional<ControlStates> states(Session session, Demands demands) throws Failure, BadInput {
    if (model == null) {
      return Optional.empty();
    }
    Subject subject = Subject.of(session, model);
    TrustRoot root = session.home().readTrustRoot();
    return Optional.of(
        new ControlStates(
            demands.policy(),
            RiskReport.Item.about(session.control(), subject, root),
            subject.digest(),
            root.id(),
            Instant.now().truncatedTo(ChronoUnit.SECONDS)));
  }
}
