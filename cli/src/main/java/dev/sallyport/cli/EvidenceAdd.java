package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.risk.ControlEvidence;
import dev.sallyport.risk.ControlRule;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.Evidence;
import dev.sallyport.risk.Score;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** An assessor states a score or the state of a control. */
@Command(
    description = "Adds signed evidence: a score of a risk area, or the state of a control.",
    footer = {
      "",
      "Examples:",
      "  sallyport evidence add --model tiny --area cyber-offense --value 12/400 \\",
      "      --low 0.01 --high 0.05 --samples 400 --as assessor1",
      "  sallyport evidence add --model tiny --control weights-sealed \\",
      "      --kind assessment --as assessor1",
      "  sallyport evidence add --control incident-plan --kind drill --as assessor1"
    })
final class EvidenceAdd implements Callable<Integer> {
  private static final int MAX_DOCUMENT = 1 << 27;

  private final Session session;
  @Mixin private final SignAs signAs = new SignAs();

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "Without it: the installation (controls only).")
  private @Nullable String model;

  @Option(names = "--area", paramLabel = "AREA", description = "The risk area scored.")
  private @Nullable String area;

  @Option(
      names = "--metric",
      paramLabel = "NAME",
      description = "Default: the area's, from the thresholds.")
  private @Nullable String metric;

  @Option(
      names = "--value",
      paramLabel = "SCORE",
      description = "A decimal or a fraction such as 12/400.")
  private @Nullable String value;

  @Option(names = "--low", paramLabel = "SCORE", description = "Lower end of the interval.")
  private @Nullable String low;

  @Option(names = "--high", paramLabel = "SCORE", description = "Upper end of the interval.")
  private @Nullable String high;

  @Option(names = "--samples", paramLabel = "N", description = "How many were scored.")
  private long samples;

  @Option(names = "--control", paramLabel = "ID", description = "The control assessed.")
  private @Nullable String control;

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description =
          "How the control was looked at: statement, evaluation, own-check, drill, scan,"
              + " attestation or assessment (default: statement).")
  private @Nullable String kind;

  @Option(
      names = "--document",
      paramLabel = "FILE",
      description = "What the state of the control rests on; its digest is signed with it.")
  private @Nullable Path document;

  @Option(names = "--ineffective", description = "The control was found not to work.")
  private boolean ineffective;

  @Option(
      names = "--valid-days",
      paramLabel = "N",
      description = "How long it counts (default: ${DEFAULT-VALUE}).")
  private int validDays = 30;

  @Option(names = "--note", paramLabel = "TEXT", description = "For those who read it.")
  private String note = "";

  EvidenceAdd(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException {
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    Instant until = now.plus(Duration.ofDays(validDays));
    Subject subject = Subject.of(session, model);
    Evidence evidence =
        (area == null) == (control == null)
            ? neither()
            : control != null
                ? new ControlEvidence(
                    subject.name(),
                    subject.digest(),
                    control,
                    !ineffective,
                    now,
                    until,
                    note,
                    kind(control),
                    document())
                : evaluation(subject, area, now, until);
    return subject.submit(session, signAs, evidence);
  }

  /** The kind that was said; refused if by the policy in force it would not count. */
  private String kind(String id) throws Failure, BadInput, IOException {
    String said = kind == null ? ControlEvidence.STATEMENT : kind;
    Demands demands = Demands.inForce(session);
    demands.requireKnown(session, id);
    ControlRule rule = demands.policy().controlRule(id);
    if (!ineffective && !rule.takes(said)) {
      throw new Failure(
          Exit.USAGE,
          "--kind %s does not satisfy %s; by the policy one of these does: %s"
              .formatted(said, id, String.join(", ", rule.kinds())));
    }
    return said;
  }

  /** The digest of what the evidence rests on, if a file was named. */
  private Optional<Digest> document() throws BadInput, IOException {
    return document == null
        ? Optional.empty()
        : Optional.of(Digest.of(Bounded.read(document, MAX_DOCUMENT)));
  }

  private static Evidence neither() throws Failure {
    throw new Failure(Exit.USAGE, "say what is assessed: either --area AREA or --control ID");
  }

  private Evaluation evaluation(
      Subject subject, @Nullable String scored, Instant now, Instant until)
      throws Failure, BadInput {
    if (kind != null || document != null) {
      throw new Failure(
          Exit.USAGE, "--kind and --document are said of a control; a score is an evaluation");
    }
    if (scored == null || value == null || model == null) {
      throw new Failure(Exit.USAGE, "a score takes --model, --area, --value and --samples");
    }
    Score score = Score.parse(value);
    Json.Obj said = Json.obj().put("value", value).put("samples", samples).build();
    return new Evaluation(
        subject.name(),
        subject.digest(),
        scored,
        metric != null ? metric : subject.metric(session, scored),
        score,
        low == null ? score : Score.parse(low),
        high == null ? score : Score.parse(high),
        samples,
        now,
        until,
        new Evaluation.Source("stated", "command line", Digest.of(said.canonical())),
        note);
  }
}
