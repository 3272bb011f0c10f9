package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.Score;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
      "Example: sallyport evidence import run.json --format plain --model tiny \\",
      "             --area cyber-offense --as assessor1",
      "A plain file: {\"value\":\"12/400\",\"samples\":400,\"observed\":\"…Z\",\"validUntil\":\"…Z\"}"
    })
final class EvidenceImport implements Callable<Integer> {
  private static final int MAX_FILE = 256 << 20;

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

  @Option(names = "--format", required = true, paramLabel = "FORMAT", description = "plain")
  private String format = "plain";

  @Option(
      names = "--valid-days",
      paramLabel = "N",
      description = "If the file does not say (default: ${DEFAULT-VALUE}).")
  private int validDays = 30;

  EvidenceImport(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException {
    if (!format.equals("plain")) {
      throw new Failure(Exit.USAGE, "--format " + format + " is not known; plain is");
    }
    byte[] bytes = Bounded.read(file, MAX_FILE);
    Subject subject = Subject.of(session, model);
    return subject.submit(session, signAs, plain(subject, bytes));
  }

  private Evaluation plain(Subject subject, byte[] bytes) throws Failure, BadInput {
    Json.Obj json =
        Json.parseObject(bytes)
            .only("value", "low", "high", "samples", "observed", "validUntil", "note");
    Score value = Score.parse(json.string("value"));
    Instant observed = json.instant("observed");
    Instant until =
        json.find("validUntil").isPresent()
            ? json.instant("validUntil")
            : observed.plus(Duration.ofDays(validDays)).truncatedTo(ChronoUnit.SECONDS);
    return new Evaluation(
        subject.name(),
        subject.digest(),
        area,
        metric != null ? metric : subject.metric(session, area),
        value,
        json.find("low").isPresent() ? Score.parse(json.string("low")) : value,
        json.find("high").isPresent() ? Score.parse(json.string("high")) : value,
        json.integer("samples"),
        observed,
        until,
        new Evaluation.Source(format, String.valueOf(file.getFileName()), Digest.of(bytes)),
        json.findString("note").orElse(""));
  }
}
