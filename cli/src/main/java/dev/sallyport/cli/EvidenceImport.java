package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.risk.Evaluation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads the result file of an evaluation and has an assessor sign what it says. */
@Command(
    description = "Imports the result file of an evaluation as signed evidence.",
    footer = {
      "",
      "Examples:",
      "  sallyport evidence import logs/run.json --format inspect \\",
      "      --select match/accuracy --model tiny --area cyber-offense --as assessor1",
      "  sallyport evidence import run.json --format plain --model tiny \\",
      "      --area cyber-offense --as assessor1",
      "",
      "plain  {\"value\":\"12/400\",\"samples\":400,\"observed\":\"…Z\",\"validUntil\":\"…Z\"}",
      "json   {\"value\":\"12/400\",\"samples\":400}, or",
      "       {\"parts\":[{\"name\":\"A\",\"weight\":\"0.5\",\"solved\":3,\"of\":17}, …]}",
      "csv    name,weight,solved,of   with one line per part"
    })
final class EvidenceImport implements Callable<Integer> {
  private final Session session;
  @Mixin private final SignAs signAs = new SignAs();

  @Parameters(paramLabel = "FILE", description = "As the evaluation tool wrote it.")
  private Path file = Path.of("");

  @Option(
      names = "--model",
      required = true,
      paramLabel = "NAME",
      description = "The sealed model.")
  private String model = "";

  @Option(names = "--area", required = true, paramLabel = "AREA", description = "The risk area.")
  private String area = "";

  @Option(
      names = "--metric",
      paramLabel = "NAME",
      description = "Default: the area's, from the thresholds.")
  private @Nullable String metric;

  @Option(
      names = "--format",
      required = true,
      paramLabel = "FORMAT",
      description = "plain, json, csv, inspect, lm-eval or garak.")
  private String format = "plain";

  @Option(
      names = "--select",
      paramLabel = "RESULT",
      description =
          "Which result of the file. inspect: SCORER/METRIC; lm-eval: TASK/METRIC,FILTER;"
              + " garak: PROBE/DETECTOR (default: all of it).")
  private @Nullable String select;

  @Option(
      names = "--observed",
      paramLabel = "TIME",
      description = "When the evaluation ran (default: now); a plain file says so itself.")
  private @Nullable String observed;

  @Option(
      names = "--valid-days",
      paramLabel = "N",
      description =
          "How long it counts from then; a plain file may say (default: ${DEFAULT-VALUE}).")
  private int validDays = 30;

  EvidenceImport(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException {
    ResultFile result =
        new ResultFile(
            file, ResultFile.Format.parse(format), select, ran(), Duration.ofDays(validDays));
    Subject subject = Subject.of(session, model);
    String judgedBy = metric != null ? metric : subject.metric(session, area);
    return subject.submit(session, signAs, evaluation(result, subject, judgedBy));
  }

  private Evaluation evaluation(ResultFile result, Subject subject, String judgedBy)
      throws Failure, IOException {
    try {
      return result.about(subject, area, judgedBy);
    } catch (BadInput e) {
      throw new Failure(Exit.DATA, file + ": " + e.getMessage(), e);
    }
  }

  private Instant ran() throws Failure {
    if (observed == null) {
      return Instant.now().truncatedTo(ChronoUnit.SECONDS);
    }
    try {
      return Instant.parse(observed);
    } catch (DateTimeParseException e) {
      throw new Failure(
          Exit.USAGE, "--observed " + observed + " is not like 2026-03-01T12:00:00Z", e);
    }
  }
}
