package dev.sallyport.release;

import dev.sallyport.controls.Catalogue;
import dev.sallyport.controls.Catalogues;
import dev.sallyport.controls.Control;
import dev.sallyport.controls.EvidenceKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The rules of a catalogue of controls (spec/evidence.md §15), each with its place. */
final class CatalogueLint {
  static final List<String> KINDS =
      Stream.of(EvidenceKind.values()).map(EvidenceKind::word).toList();

  private static final String SHAPE = "1 to 64 of letters, digits, - and .";
  private static final int MOST = 10_000;

  private CatalogueLint() {}

  static void check(LintNode root) {
    root.only("version", "standard", "level", "shows", "controls");
    root.count("version", 1, 1);
    root.shaped("standard", Control.ID, SHAPE);
    root.count("level", 0, 5);
    if (root.has("shows")) {
      root.shaped("shows", Control.ID, SHAPE);
    }
    Set<String> ids = new HashSet<>();
    for (LintNode control : root.items("controls", 1, MOST)) {
      if (control.only(
          "id",
          "title",
          "demands",
          "place",
          "family",
          "evidence",
          "attest",
          "days",
          "watchedBy",
          "idVerified",
          "dated",
          "everyDays")) {
        control(control, ids);
      }
    }
  }

  private static void control(LintNode control, Set<String> ids) {
    Optional<LintNode.Read<String>> id = control.shaped("id", Control.ID, SHAPE);
    if (id.isPresent() && !ids.add(id.get().value())) {
      id.get().at().wrong("duplicate", id.get().value() + " is there twice", "once");
    }
    for (String text : List.of("title", "demands", "place")) {
      control.text(text, Control.MAX_TEXT);
    }
    if (control.has("family")) {
      control.text("family", Control.MAX_TEXT);
    }
    control.words("evidence", KINDS);
    control.words("attest", Control.ROLES);
    control.count("days", 1, Control.MAX_DAYS);
    if (control.has("watchedBy")) {
      control.shaped("watchedBy", Control.ID, SHAPE);
    }
    control.truth("idVerified");
    boolean dated = control.truth("dated").orElse(false);
    if (control.has("everyDays") && control.count("everyDays", 1, Control.MAX_DAYS).isPresent()) {
      control
          .find("everyDays")
          .filter(n -> !dated)
          .ifPresent(n -> n.wrong("undated", "everyDays without a date", "\"dated\": true"));
    }
  }

  /** Notes what another catalogue says already; true if nothing. */
  static boolean isNew(LintNode root, Catalogues known) {
    List<LintNode.Read<String>> taken = new ArrayList<>();
    for (LintNode control : root.items("controls", 0, MOST)) {
      control
          .shaped("id", Control.ID, SHAPE)
          .filter(id -> known.of(id.value()).isPresent())
          .ifPresent(taken::add);
    }
    for (LintNode.Read<String> id : taken) {
      String by = known.of(id.value()).map(Catalogue::standard).orElse("");
      id.at().wrong("id-taken", id.value() + " is a control of " + by + " already", "an own id");
    }
    Optional<LintNode.Read<String>> standard =
        root.shaped("standard", Control.ID, SHAPE)
            .filter(s -> known.all().stream().anyMatch(c -> c.standard().equals(s.value())));
    standard.ifPresent(
        s -> s.at().wrong("standard-taken", s.value() + " is there already", "an own name"));
    return taken.isEmpty() && standard.isEmpty();
  }

  /** What an assessment shows must be a control of another catalogue that takes assessments. */
  static void shown(LintNode root, Catalogues known) {
    Optional<LintNode> shows = root.find("shows");
    Optional<String> id = shows.flatMap(LintNode::string);
    if (shows.isEmpty() || id.isEmpty()) {
      return;
    }
    Optional<Control> control = known.control(id.get());
    boolean takes = control.filter(c -> c.evidence().contains(EvidenceKind.ASSESSMENT)).isPresent();
    boolean own =
        root.find("standard")
            .flatMap(LintNode::string)
            .equals(known.of(id.get()).map(Catalogue::standard));
    if (own || !takes) {
      shows
          .get()
          .wrong(
              "shows-nothing",
              id.get()
                  + (own
                      ? " is of this catalogue itself"
                      : control.isEmpty() ? " is in no catalogue" : " takes no assessment"),
              "a control of another catalogue that takes an assessment");
    }
  }
}
