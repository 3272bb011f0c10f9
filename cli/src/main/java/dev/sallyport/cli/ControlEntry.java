package dev.sallyport.cli;

import dev.sallyport.controls.Catalogue;
import dev.sallyport.controls.Catalogues;
import dev.sallyport.controls.Control;
import dev.sallyport.controls.EvidenceKind;
import dev.sallyport.core.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A control with all that is known of it.
 *
 * @param state for the model that was named, if one was
 */
record ControlEntry(
    Catalogue catalogue, Control control, Demands demands, Optional<ControlState> state) {

  /** All of it, one thing to a line. */
  List<String> lines(Catalogues catalogues) {
    List<String> lines = new ArrayList<>();
    line(lines, "control", control.id() + (control.idVerified() ? "" : UNVERIFIED));
    line(lines, "title", control.title());
    line(lines, "demands", control.demands());
    line(lines, "place", catalogue.standard() + ", " + control.place());
    line(lines, "evidence", satisfies());
    control.watchedBy().ifPresent(check -> line(lines, "watched by", "check " + check));
    if (control.dated()) {
      line(lines, "dated", control.everyDays() == 0 ? "once" : control.everyDays() + " days");
    }
    line(lines, "policy", demands.source());
    line(lines, "demanded", demands.words(control.id()));
    demands
        .rule(control.id())
        .ifPresent(rule ->
            line(
                lines,
                "counts",
                String.join(", ", rule.kinds())
                    + "; by "
                    + String.join(", ", Demands.roles(rule))
                    + "; "
                    + rule.days()
                    + " days"));
    List<String> shown =
        catalogues.showing(control.id()).stream().map(Catalogue::standard).toList();
    if (!shown.isEmpty()) {
      line(lines, "assessed by", String.join(", ", shown) + ": sallyport controls template");
    }
    state.ifPresent(s -> line(lines, "state", s.says()));
    return lines;
  }

  static final String UNVERIFIED = "  (id not compared with the standard)";

  private static void line(List<String> lines, String name, String value) {
    lines.add(Text.column(name, 12) + value);
  }

  /** For a list: what it is, and below what matters. */
  List<String> brief() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "  "
            + Text.column(control.id(), 26)
            + control.title()
            + (control.idVerified() ? "" : UNVERIFIED));
    String indent = " ".repeat(28);
    lines.add(indent + satisfies());
    if (demands.names(control.id())) {
      lines.add(indent + "demanded " + demands.words(control.id()));
    }
    state.ifPresent(s -> lines.add(indent + s.says()));
    return lines;
  }

  private String satisfies() {
    return String.join(", ", kinds())
        + "; by "
        + String.join(", ", roles())
        + "; "
        + control.days()
        + " days";
  }

  private List<String> kinds() {
    List<String> kinds = new ArrayList<>();
    for (EvidenceKind kind : EvidenceKind.values()) {
      if (control.evidence().contains(kind)) {
        kinds.add(kind.word());
      }
    }
    return kinds;
  }

  private List<String> roles() {
    return List.copyOf(new TreeSet<>(control.attest()));
  }

  Json.Obj toJson() {
    Json.Builder json =
        Json.obj()
            .put("id", control.id())
            .put("standard", catalogue.standard())
            .put("level", catalogue.level())
            .put("title", control.title())
            .put("demands", control.demands())
            .put("place", control.place())
            .put("family", control.family())
            .put("evidence", Json.strings(kinds()))
            .put("attest", Json.strings(roles()))
            .put("days", control.days())
            .put("idVerified", control.idVerified())
            .put("required", demands.requiredJson(control.id()));
    control.watchedBy().ifPresent(check -> json.put("watchedBy", check));
    demands.rule(control.id()).ifPresent(rule -> json.put("rule", Demands.toJson(rule)));
    state.ifPresent(s -> json.put("state", s.toJson()));
    return json.build();
  }
}
