package dev.sallyport.cli;

import dev.sallyport.controls.Control;
import dev.sallyport.controls.EvidenceKind;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.release.AssessmentForm;
import dev.sallyport.release.AssessmentForm.Reading;
import dev.sallyport.release.Finding;
import dev.sallyport.risk.ControlEvidence;
import dev.sallyport.risk.ControlRule;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks a filled form and has the assessor sign what it shows. */
@Command(
    description = {
      "Checks a filled assessment form. If everything in it is so, or does not apply for a reason,",
      "signs evidence of kind assessment about the installation, with the form's digest in it.",
      "Status 1 if the form says that something is not so: then nothing is signed, unless you ask",
      "to record it. Status 65 if it is no complete form; each fault is a line."
    },
    footer = {
      "",
      "Examples:",
      "  sallyport controls assess level3.json --dry-run",
      "  sallyport controls assess level3.json --as assessor1",
      "  sallyport controls assess level3.json --as assessor1 --record-failure"
    })
final class ControlsAssess implements Callable<Integer> {
  private final Session session;
  @Mixin private final SignAs signAs = new SignAs();

  @Parameters(paramLabel = "FILE", description = "A form of: sallyport controls template.")
  private Path file = Path.of("");

  @Option(names = "--dry-run", description = "Check and count; sign nothing, ask no server.")
  private boolean dryRun;

  @Option(
      names = "--record-failure",
      description = "If it fails, sign that the control is not effective.")
  private boolean recordFailure;

  @Option(
      names = "--valid-days",
      paramLabel = "N",
      description = "How long it counts at most (default: as long as the control's evidence may).")
  private @Nullable Integer validDays;

  ControlsAssess(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException {
    byte[] bytes = Bounded.read(file, AssessmentForm.LIMIT);
    LocalDate today = LocalDate.now(ZoneOffset.UTC);
    return switch (AssessmentForm.read(
        file.toString(), bytes, OwnCatalogues.read(session.home()), today)) {
      case Reading.Faulty faulty -> {
        session.print(
            LintRun.toJson(faulty.findings()),
            faulty.findings().stream().map(Finding::text).toList());
        yield Exit.DATA.status();
      }
      case Reading.Filled filled -> assessed(filled.form());
    };
  }

  private int assessed(AssessmentForm form) throws Failure, BadInput {
    AssessmentLines lines = new AssessmentLines(form);
    lines.summary().forEach(session::say);
    Json.Builder result = lines.toJson();
    if (!dryRun && (form.passes() || recordFailure)) {
      ControlEvidence evidence = evidence(form);
      requireItCounts(form.assesses(), evidence);
      Digest id = Subject.handIn(session, signAs, evidence);
      result.put("evidence", id).put("validUntil", evidence.validUntil());
      session.say("evidence    " + id + (form.passes() ? "" : ", not effective"));
      session.say("counts      until " + evidence.validUntil());
    } else {
      session.say(unsigned(form));
    }
    session.print(result.build(), List.of());
    return (form.passes() ? Exit.OK : Exit.REFUSED).status();
  }

  private String unsigned(AssessmentForm form) {
    return dryRun
        ? "Nothing was signed."
        : "Nothing was signed. To record that "
            + form.assesses().id()
            + " is not effective: the same with --record-failure";
  }

  private ControlEvidence evidence(AssessmentForm form) throws Failure, BadInput {
    Subject subject = Subject.of(session, null);
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    int days = validDays == null ? form.assesses().days() : validDays;
    if (days < 1 || days > form.assesses().days()) {
      throw new Failure(
          Exit.USAGE, "--valid-days " + days + ": 1 to " + form.assesses().days() + " are allowed");
    }
    Instant cap = now.plus(Duration.ofDays(days));
    // A yearly evaluation that is old already does not last another year.
    Instant until = form.lapses().filter(cap::isAfter).orElse(cap);
    return new ControlEvidence(
        subject.name(),
        subject.digest(),
        form.assesses().id(),
        form.passes(),
        now,
        until,
        AssessmentLines.note(form),
        EvidenceKind.ASSESSMENT.word(),
        Optional.of(form.digest()));
  }

  /** What catalogue or policy would not count is said before it is signed. */
  private void requireItCounts(Control control, ControlEvidence evidence) throws Failure, BadInput {
    Digest key = signAs.key(session.home()).verifyingKey().id();
    Role role =
        session
            .home()
            .readTrustRoot()
            .personOf(key)
            .map(Person::role)
            .orElseThrow(() ->
                new Failure(Exit.DATA, "key " + key.brief() + " is nobody's in the trust root"));
    ControlRule rule = Demands.inForce(session).policy().controlRule(control.id());
    boolean may =
        control.attest().contains(role.label())
            && (!evidence.effective() || rule.attest().contains(role));
    if (!may) {
      throw new Failure(
          Exit.USAGE,
          "a %s does not attest %s; by catalogue and policy: %s"
              .formatted(role.label(), control.id(), String.join(", ", Demands.roles(rule))));
    }
    if (evidence.effective() && !rule.takes(evidence.kind())) {
      throw new Failure(
          Exit.USAGE,
          "an assessment does not satisfy %s; by the policy one of these does: %s"
              .formatted(control.id(), String.join(", ", rule.kinds())));
    }
  }
}
