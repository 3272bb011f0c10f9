package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.release.Finding;
import dev.sallyport.release.RiskLint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The six stages as they stand for a model. */
@Command(
    description = {
      "Reports the risks of a model through all six stages: identification, thresholds, analysis,",
      "evaluation before and after mitigation, mitigation, governance. It decides nothing."
    },
    footer = {"", "Example: sallyport risk report --model tiny"})
final class RiskReportCommand implements Callable<Integer> {
  private static final int MAX_REGISTER = 1 << 20;

  /** What is wrong with a register and a reason to look at the report, not to withhold it. */
  private static final Set<String> SHOWN_ALL_THE_SAME = Set.of("review-past", "control-unknown");

  private final Session session;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "NAME",
      description = "The sealed model; its last version.")
  private String model = "";

  @Option(
      names = "--register",
      paramLabel = "FILE",
      description = "The register of risks (default: HOME/risk-register.json).")
  private @Nullable Path register;

  RiskReportCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException {
    Path file = register != null ? register : session.home().existing().riskRegister();
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    Json.Obj risks = readRegister(file);
    TrustRoot root = session.home().readTrustRoot();
    Control server = session.control();
    Subject subject = Subject.of(session, model);
    RiskReport report =
        new RiskReport(
            new RiskReport.Model(subject.name(), subject.digest()),
            root,
            risks,
            SignedDocuments.read(root, server.ask("documents").objects("documents")),
            RiskReport.Item.about(server, subject, root),
            releases(server, subject),
            waivers(server, subject),
            failing(server),
            now);
    session.print(report.toJson(), RiskReportLines.of(report));
    return Exit.OK.status();
  }

  private static Json.Obj readRegister(Path file) throws Failure, BadInput, IOException {
    byte[] bytes = Bounded.read(file, MAX_REGISTER);
    for (Finding finding :
        new RiskLint(LocalDate.now(ZoneOffset.UTC)).add(file.toString(), bytes).findings()) {
      boolean refused = finding.weight() == Finding.Weight.ERROR;
      if (refused && !SHOWN_ALL_THE_SAME.contains(finding.rule())) {
        throw new Failure(Exit.DATA, finding.text() + "; all of it: sallyport risk lint");
      }
    }
    return Json.parseObject(bytes);
  }

  private static List<Json.Obj> waivers(Control server, Subject subject) throws Failure, BadInput {
    List<Json.Obj> found = new ArrayList<>();
    for (Json.Obj waiver : server.ask("waivers").objects("waivers")) {
      if (waiver.digest("manifest").equals(subject.digest())) {
        found.add(waiver);
      }
    }
    return found;
  }

  /** The controls that the installation's own checks find broken. */
  private static Set<String> failing(Control server) throws Failure, BadInput {
    Set<String> controls = new HashSet<>();
    for (Json.Obj check : server.ask("checks").objects("checks")) {
      if (check.string("state").equals("FAILED")) {
        controls.add(check.string("control"));
      }
    }
    return controls;
  }

  private static List<Json.Obj> releases(Control server, Subject subject) throws Failure, BadInput {
    List<Json.Obj> found = new ArrayList<>();
    for (Json.Obj release : server.ask("releases").objects("releases")) {
      if (release.string("model").equals(subject.name())) {
        Digest id = release.digest("release");
        Json.Obj shown = server.ask("release.show", Json.obj().put("release", id));
        if (shown.digest("manifest").equals(subject.digest())) {
          found.add(shown);
        }
      }
    }
    return found;
  }
}
