package dev.sallyport.release;

import dev.sallyport.controls.Catalogue;
import dev.sallyport.controls.Catalogues;
import dev.sallyport.controls.Control;
import dev.sallyport.core.Digest;
import dev.sallyport.release.AssessmentForm.Answer;
import dev.sallyport.release.AssessmentForm.Says;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The rules of an assessment form (spec/evidence.md §15), each with its place. What is answered is
 * what the catalogues ask: the questions in the form must be theirs, word for word.
 */
final class FormLint {
  static final int NAME = 255;
  static final int TEXT = 2000;
  private static final int MOST = 10_000;
  private static final List<String> WORDS = Stream.of(Says.values()).map(Says::word).toList();

  private final Catalogues catalogues;
  private final LocalDate today;
  private final Map<String, Answer> answers = new HashMap<>();

  FormLint(Catalogues catalogues, LocalDate today) {
    this.catalogues = catalogues;
    this.today = today;
  }

  /** The form, if it is one; what is wrong is noted at its place. */
  Optional<AssessmentForm> check(LintNode root, Digest digest) {
    root.only("version", "assesses", "system", "assessor", "catalogues", "answers");
    root.count("version", 1, 1);
    Optional<LintNode.Read<String>> system = root.text("system", NAME);
    Optional<LintNode.Read<String>> assessor = root.text("assessor", NAME);
    Optional<Control> assesses = assesses(root);
    if (assesses.isEmpty()) {
      return Optional.empty();
    }
    List<Catalogue> asking = catalogues.showing(assesses.get().id());
    catalogues(root, asking);
    for (LintNode item : root.items("answers", 1, MOST)) {
      answer(item, asking);
    }
    List<Answer> inOrder = inOrder(root, asking);
    return system.flatMap(s ->
        assessor.map(
            a -> new AssessmentForm(assesses.get(), s.value(), a.value(), inOrder, digest)));
  }

  private Optional<Control> assesses(LintNode root) {
    Optional<LintNode.Read<String>> id = root.shaped("assesses", Control.ID, "the id of a control");
    Optional<Control> control = id.flatMap(i -> catalogues.control(i.value()));
    if (id.isPresent() && (control.isEmpty() || catalogues.showing(id.get().value()).isEmpty())) {
      id.get()
          .at()
          .wrong(
              "assesses-nothing",
              "no catalogue shows " + id.get().value(),
              "a control that one shows, such as protection-level-3");
      return Optional.empty();
    }
    return control;
  }

  /** The form must have been made of the catalogues as they are: all of them, and no others. */
  private static void catalogues(LintNode root, List<Catalogue> asking) {
    Map<String, String> stated = new HashMap<>();
    for (LintNode item : root.items("catalogues", 1, MOST)) {
      if (item.only("standard", "level", "digest")) {
        String standard = item.find("standard").flatMap(LintNode::string).orElse("");
        String digest = item.find("digest").flatMap(LintNode::string).orElse("");
        item.count("level", 0, 5);
        Optional<Catalogue> asked =
            asking.stream().filter(c -> c.standard().equals(standard)).findFirst();
        if (asked.isEmpty()) {
          item.wrong("catalogue-unknown", "\"" + standard + "\" asks nothing here", wanted(asking));
        } else if (stated.put(standard, digest) != null) {
          item.wrong("duplicate", standard + " is there twice", "once");
        } else if (!asked.get().digest().toString().equals(digest)) {
          item.wrong(
              "catalogue-changed",
              standard + " is another one now",
              asked.get().digest() + "; a new form: sallyport controls template");
        }
      }
    }
    for (Catalogue catalogue : asking) {
      if (!stated.containsKey(catalogue.standard())) {
        root.find("catalogues")
            .ifPresent(n ->
                n.wrong("catalogue-missing", catalogue.standard() + " asks, too", "all that ask"));
      }
    }
  }

  private static String wanted(List<Catalogue> asking) {
    return "one of " + String.join(" ", asking.stream().map(Catalogue::standard).toList());
  }

  private void answer(LintNode item, List<Catalogue> asking) {
    if (!item.only(
        "id", "title", "demands", "idVerified", "answer", "date", "reference", "reason", "note")) {
      return;
    }
    Optional<LintNode.Read<String>> id = item.shaped("id", Control.ID, "an id of the catalogues");
    if (id.isEmpty()) {
      return;
    }
    Optional<Catalogue> catalogue =
        asking.stream().filter(c -> c.control(id.get().value()).isPresent()).findFirst();
    if (catalogue.isEmpty()) {
      id.get().at().wrong("id-unknown", id.get().value() + " is asked by none", wanted(asking));
      return;
    }
    Control control = catalogue.get().control(id.get().value()).orElseThrow();
    asked(item, control);
    Answer answer = answer(item, catalogue.get(), control);
    if (answers.put(control.id(), answer) != null) {
      id.get().at().wrong("duplicate", control.id() + " is answered twice", "once");
    }
  }

  /** Who signs has read this question and no other. */
  private static void asked(LintNode item, Control control) {
    same(item, "title", control.title());
    same(item, "demands", control.demands());
    boolean said = item.truth("idVerified").orElse(true);
    if (said != control.idVerified()) {
      item.find("idVerified")
          .orElse(item)
          .wrong("question-changed", "idVerified is " + said, "it is " + control.idVerified());
    }
  }

  private static void same(LintNode item, String name, String text) {
    item.need(name)
        .filter(n -> !n.string().equals(Optional.of(text)))
        .ifPresent(n -> n.wrong("question-changed", name + " is not the catalogue's", text));
  }

  private Answer answer(LintNode item, Catalogue catalogue, Control control) {
    Optional<Says> says = says(item);
    String reason = item.free("reason", TEXT);
    String note = item.free("note", TEXT);
    boolean applies = says.filter(s -> s == Says.NOT_APPLICABLE).isEmpty();
    if (!applies && control.dated()) {
      at(item, "answer").wrong("always-applies", control.id() + " has a date", "yes or no");
    } else if (!applies && reason.isBlank()) {
      at(item, "reason").wrong("reason-missing", control.id() + " does not apply", "say why");
    }
    Optional<LocalDate> date = Optional.empty();
    String reference = "";
    if (control.dated()) {
      boolean needed = says.filter(s -> s == Says.YES).isPresent();
      date = needed ? date(item, control) : Optional.empty();
      reference =
          needed
              ? item.text("reference", NAME).map(LintNode.Read::value).orElse("")
              : item.free("reference", NAME);
    } else if (item.has("date") || item.has("reference")) {
      item.wrong("undated", control.id() + " takes no date", "answer, reason and note");
    }
    return new Answer(catalogue, control, says.orElse(Says.NO), reason, note, date, reference);
  }

  private static Optional<Says> says(LintNode item) {
    Optional<LintNode> node = item.need("answer");
    Optional<String> word = node.flatMap(LintNode::string);
    for (Says says : Says.values()) {
      if (word.equals(Optional.of(says.word()))) {
        return Optional.of(says);
      }
    }
    String demanded = "one of " + String.join(" ", WORDS);
    if (word.filter(String::isEmpty).isPresent()) {
      node.ifPresent(n -> n.wrong("unanswered", "no answer", demanded));
    } else {
      node.ifPresent(n -> n.wrong("word", "is " + n.seen(), demanded));
    }
    return Optional.empty();
  }

  private Optional<LocalDate> date(LintNode item, Control control) {
    Optional<LintNode.Read<LocalDate>> date = item.date("date");
    if (date.isEmpty()) {
      return Optional.empty();
    }
    LocalDate day = date.get().value();
    if (day.isAfter(today)) {
      date.get().at().wrong("date-early", "is " + day + ", today is " + today, "a day that was");
    }
    int every = control.everyDays();
    if (every > 0 && !day.plusDays(every).isAfter(today)) {
      date.get()
          .at()
          .wrong("date-lapsed", "is " + day + ", today is " + today, every + " days at most");
    }
    return Optional.of(day);
  }

  private static LintNode at(LintNode item, String name) {
    return item.find(name).orElse(item);
  }

  /** The answers as the catalogues ask; what is missing is noted. */
  private List<Answer> inOrder(LintNode root, List<Catalogue> asking) {
    List<Answer> inOrder = new ArrayList<>();
    for (Catalogue catalogue : asking) {
      for (Control control : catalogue.controls()) {
        Answer answer = answers.get(control.id());
        if (answer == null) {
          at(root, "answers")
              .wrong("unanswered", control.id() + " is missing", "an answer to each");
        } else {
          inOrder.add(answer);
        }
      }
    }
    return inOrder;
  }
}
