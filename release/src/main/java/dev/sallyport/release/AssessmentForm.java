package dev.sallyport.release;

import dev.sallyport.controls.Catalogue;
import dev.sallyport.controls.Catalogues;
import dev.sallyport.controls.Control;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A filled assessment: one answer to every control of the catalogues that show one control, such as
 * {@code protection-level-3} (spec/evidence.md §15). Only {@link #read} makes one, so every control
 * is answered exactly once.
 *
 * @param assesses the control that it speaks for
 * @param system what was assessed, as its filing names it
 * @param assessor the body or the people who assessed
 * @param digest of the file, byte for byte
 */
public record AssessmentForm(
    Control assesses, String system, String assessor, List<Answer> answers, Digest digest) {
  /** Bytes of a form at most. */
  public static final int LIMIT = 1 << 21;

  /** What is said of a control. */
  public enum Says {
    YES("yes"),
    NO("no"),
    NOT_APPLICABLE("not-applicable");

    private final String word;

    Says(String word) {
      this.word = word;
    }

    /** The word in files. */
    public String word() {
      return word;
    }
  }

  /**
   * The answer to one control.
   *
   * @param reason why it does not apply; may be empty otherwise
   * @param note of the assessor; may be empty
   * @param date of what is dated; otherwise empty
   * @param reference of what is dated, such as the number of a certificate
   */
  public record Answer(
      Catalogue catalogue,
      Control control,
      Says says,
      String reason,
      String note,
      Optional<LocalDate> date,
      String reference) {}

  /** What a file turned out to be. */
  public sealed interface Reading {
    /** A form in which everything is answered, well or not. */
    record Filled(AssessmentForm form) implements Reading {}

    /** No form yet: everything that is wrong with it. */
    record Faulty(List<Finding> findings) implements Reading {
      public Faulty {
        findings = List.copyOf(findings);
      }
    }
  }

  /** How a family of controls stands. */
  public record Family(String standard, String name, int yes, int no, int notApplicable) {
    private Family plus(Says says) {
      return switch (says) {
        case YES -> new Family(standard, name, yes + 1, no, notApplicable);
        case NO -> new Family(standard, name, yes, no + 1, notApplicable);
        case NOT_APPLICABLE -> new Family(standard, name, yes, no, notApplicable + 1);
      };
    }

    public int all() {
      return yes + no + notApplicable;
    }
  }

  public AssessmentForm {
    answers = List.copyOf(answers);
  }

  /**
   * Reads a form.
   *
   * @param name that findings are to have
   * @param bytes {@link #LIMIT} at most
   * @param today which no date may be after
   */
  public static Reading read(String name, byte[] bytes, Catalogues catalogues, LocalDate today)
      throws BadInput {
    if (bytes.length > LIMIT) {
      throw new BadInput(name + " is longer than " + LIMIT + " bytes");
    }
    LintFile file = LintFile.of(name, bytes);
    Optional<AssessmentForm> form =
        file.root().flatMap(r -> new FormLint(catalogues, today).check(r, Digest.of(bytes)));
    if (form.isPresent() && !file.hasErrors()) {
      return new Reading.Filled(form.get());
    }
    List<Finding> found = new ArrayList<>(file.findings());
    found.sort(Comparator.comparingInt(Finding::line).thenComparingInt(Finding::column));
    return new Reading.Faulty(found);
  }

  /** Whether everything is so or does not apply. */
  public boolean passes() {
    return failing().isEmpty();
  }

  /** What is not so. */
  public List<Answer> failing() {
    return saying(Says.NO);
  }

  public List<Answer> saying(Says says) {
    return answers.stream().filter(a -> a.says() == says).toList();
  }

  /** What was answered under an id that nobody compared with the standard. */
  public List<Answer> unverified() {
    return answers.stream().filter(a -> !a.control().idVerified()).toList();
  }

  /** The gaps, family by family, in the order of the catalogues. */
  public List<Family> families() {
    Map<String, Family> families = new LinkedHashMap<>();
    for (Answer a : answers) {
      String standard = a.catalogue().standard();
      String name = a.control().family();
      families.compute(
          standard + "/" + name,
          (key, known) ->
              (known == null ? new Family(standard, name, 0, 0, 0) : known).plus(a.says()));
    }
    return List.copyOf(families.values());
  }

  /** When the first date in it will be too old; empty if none ever is. */
  public Optional<Instant> lapses() {
    return answers.stream()
        .filter(a -> a.control().everyDays() > 0)
        .flatMap(a -> a.date().stream().map(d -> d.plusDays(a.control().everyDays())))
        .map(d -> d.atStartOfDay(ZoneOffset.UTC).toInstant())
        .min(Comparator.naturalOrder());
  }
}
