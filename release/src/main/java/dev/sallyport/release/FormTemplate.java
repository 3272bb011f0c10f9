package dev.sallyport.release;

import dev.sallyport.controls.Catalogue;
import dev.sallyport.controls.Catalogues;
import dev.sallyport.controls.Control;
import dev.sallyport.core.Json;
import java.util.ArrayList;
import java.util.List;

/** An assessment form with every question and no answer, as people edit it. */
public final class FormTemplate {
  private FormTemplate() {}

  /** The text of a form for a control that some catalogue shows; two lines to a question. */
  public static String of(Control assesses, Catalogues catalogues) {
    List<Catalogue> asking = catalogues.showing(assesses.id());
    List<String> sources = new ArrayList<>();
    List<String> questions = new ArrayList<>();
    for (Catalogue catalogue : asking) {
      Json.Obj source =
          Json.obj()
              .put("standard", catalogue.standard())
              .put("level", catalogue.level())
              .put("digest", catalogue.digest())
              .build();
      sources.add("    " + Json.toString(source));
      catalogue.controls().forEach(control -> questions.add(question(control)));
    }
    return """
    {
      "version": 1,
      "assesses": %s,
      "system": "",
      "assessor": "",
      "catalogues": [
    %s
      ],
      "answers": [
    %s
      ]
    }
    """
        .formatted(text(assesses.id()), String.join(",\n", sources), String.join(",\n", questions));
  }

  private static String question(Control control) {
    StringBuilder out = new StringBuilder("    {");
    member(out, "id", text(control.id()));
    member(out, "title", text(control.title()));
    member(out, "demands", text(control.demands()));
    if (!control.idVerified()) {
      member(out, "idVerified", "false");
    }
    out.setLength(out.length() - 1);
    out.append("\n     \"answer\": \"\", ");
    if (control.dated()) {
      out.append("\"date\": \"\", \"reference\": \"\", ");
    }
    return out.append("\"reason\": \"\", \"note\": \"\"}").toString();
  }

  private static void member(StringBuilder out, String name, String value) {
    out.append(text(name)).append(": ").append(value).append(", ");
  }

  private static String text(String value) {
    return Json.toString(new Json.Str(value));
  }
}
